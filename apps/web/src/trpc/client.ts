import type { AppRouter } from "@holdfast/api";
import { type ErrorBody, personHeader } from "@holdfast/contract";
import { notifyManager, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { requests } from "./requests";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

const endpoint = "/api/trpc";

// What a person changes shows in the same frame: after a timeout a box that was ticked would be seen unticked once more.
notifyManager.setScheduler(queueMicrotask);

export function createClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url: endpoint }),
        false: httpBatchLink({
          ...{ url: endpoint, fetch: requests.send, maxURLLength: 4000, maxItems: 20 },
          headers: () => (requests.shownId === null ? {} : { [personHeader]: requests.shownId }),
        }),
      }),
    ],
  });
}

/**
 * What is shown is kept right by the live feed, so nothing goes stale by age alone:
 * a query is read again when an event or a reconnect says so.
 */
export function createQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 30 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        refetchInterval: whileFailing,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

const readAgainMs = 4_000;

/**
 * What could not be read is read again as long as it is wanted: no event tells that a reading would succeed now.
 * Without a network nothing is tried; the reconnect that follows reads all.
 */
export function whileFailing({ state }: { state: { status: string; error: unknown } }): number | false {
  return state.status === "error" && navigator.onLine !== false && isWorthRetrying(state.error) && readAgainMs;
}

/** The same for a reading that is no query's: asks again after a while, unless it would be in vain. Returns the timer. */
export function askAgainAfter(error: unknown, ask: () => void): ReturnType<typeof setTimeout> | undefined {
  return isWorthRetrying(error) ? setTimeout(ask, readAgainMs) : undefined;
}

/** Another answer in the 400s than "too many" is the same the next time. */
function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return true;
  const status: unknown = error.data?.httpStatus;
  return typeof status !== "number" || status >= 500 || status === 429;
}

/** The error's code as the contract names it, or null where the request never arrived. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof TRPCClientError)) return null;
  const code: unknown = error.data?.code ?? restCodeOf(error.meta?.responseJSON);
  return typeof code === "string" ? code : null;
}

/** What is refused before tRPC has it, as for want of memory, is answered in the shape of REST. */
function restCodeOf(body: unknown): unknown {
  return (body as Partial<ErrorBody> | null | undefined)?.error?.code;
}
