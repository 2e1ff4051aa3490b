import type { AppRouter } from "@holdfast/api";
import type { ConversationSummary } from "@holdfast/contract";
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { expect, it } from "vitest";
import { ConversationCache, conversationListInput } from "./conversation-cache";

const at = "2026-01-01T00:00:00.000Z";
const conversation = (title: string): ConversationSummary => ({
  ...{ id: "c", title, createdAt: at, updatedAt: at, model: null, messageCount: 2, readPosition: 2, pinnedAt: null },
  ...{ forkedFrom: null, running: false },
});

/** A server whose answers come when they are let, with what was there when they were asked for. */
function slowServer() {
  const server = {
    now: conversation("Before") as ConversationSummary | null,
    waiting: [] as { path: string; answer(): void }[],
  };
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        const then = server.now;
        const data = op.path === "conversation.find" ? then : { conversations: then ? [then] : [], nextCursor: null };
        server.waiting.push({
          path: op.path,
          answer() {
            observer.next({ result: { type: "data", data: op.path === "conversation.pinned" ? [] : data } });
            observer.complete();
          },
        });
      });
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const client = createTRPCClient<AppRouter>({ links: [link] });
  return { server, queryClient, trpc: createTRPCOptionsProxy<AppRouter>({ client, queryClient }) };
}

it("R-WEB-3: neither a row nor a list that was asked for before a change undoes it", async () => {
  const { server, queryClient, trpc } = slowServer();
  const cache = new ConversationCache(queryClient, trpc);
  const list = trpc.conversation.list.infiniteQueryOptions(conversationListInput, {
    getNextPageParam: (page) => page.nextCursor,
  });
  const end = new InfiniteQueryObserver(queryClient, list).subscribe(() => {});
  const row = queryClient.fetchQuery(trpc.conversation.find.queryOptions({ id: "c" }));
  await expect.poll(() => server.waiting.length).toBe(2);
  server.now = conversation("After");
  const refreshed = cache.refresh("c");
  await expect.poll(() => server.waiting.length).toBe(3);
  server.waiting.at(-1)?.answer();
  await refreshed;
  await expect.poll(() => server.waiting.length).toBe(4);
  for (const { answer } of server.waiting) answer();
  await row;
  await expect.poll(() => queryClient.isFetching()).toBe(0);
  expect(cache.find("c")?.title).toBe("After");
  expect(queryClient.getQueryData(list.queryKey)?.pages[0]?.conversations[0]?.title).toBe("After");
  end();
  queryClient.clear();
});

it("R-CONV-5: a conversation that is being deleted is left out, whatever is told of it, until the deletion has failed", async () => {
  const { server, queryClient, trpc } = slowServer();
  const cache = new ConversationCache(queryClient, trpc);
  cache.put(conversation("Before"));
  const readBefore = cache.refresh("c");
  await expect.poll(() => server.waiting.length).toBe(1);
  const endDeletion = cache.beginDeletion("c");
  // Others look after the same data.
  const other = new ConversationCache(queryClient, trpc);
  const readMeanwhile = other.refresh("c");
  for (const { answer } of server.waiting) answer();
  await Promise.all([readBefore, readMeanwhile]);
  other.put(conversation("After"));
  expect(cache.find("c")).toBeUndefined();
  endDeletion();
  other.put(conversation("After"));
  expect(cache.find("c")?.title).toBe("After");
  queryClient.clear();
});

it("R-CONV-5: a reading that the news of a deletion has ended says that the conversation is gone", async () => {
  const { server, queryClient, trpc } = slowServer();
  const cache = new ConversationCache(queryClient, trpc);
  server.now = null;
  const read = cache.refresh("c");
  await expect.poll(() => server.waiting.length).toBe(1);
  cache.remove("c"); // as the live connection tells
  await expect.poll(() => server.waiting.length).toBe(2);
  server.waiting.at(-1)?.answer();
  expect(await read).toBe(true);
  expect(cache.find("c")).toBeUndefined();
  queryClient.clear();
});
