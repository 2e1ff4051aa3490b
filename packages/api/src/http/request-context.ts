import type { Person } from "@holdfast/contract";
import type { Context, Services } from "../context.ts";
import { ApiError } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";

export interface RequestFacts {
  headers: Headers;
  /** Whether it may change something: then its origin matters, and its session is looked up. */
  changes: boolean;
  /** Of the client, as far as proxies are believed. */
  address: string;
  requestId: string;
  setCookie(cookie: string): void;
}

/** Never throws: what is wrong with a request is in `refusal`, so that its answer is an error like any other. */
export async function createContext(services: Services, identity: Identity, request: RequestFacts): Promise<Context> {
  const { headers, changes, address, requestId, setCookie } = request;
  let person: Person | null = null;
  let refusal: unknown = null;
  try {
    person = await identity.authorize(headers, { changes, onSetCookie: setCookie });
    if (!person && headers.has("authorization")) throw new ApiError("UNAUTHORIZED", "This token is not valid.");
    services.limits.countRequest({ userId: person?.id ?? null, address });
  } catch (error) {
    refusal = error;
  }

  let guest: Promise<Person> | null = null;
  async function makeGuest(once: string | undefined): Promise<Person> {
    const made = await identity.becomeGuest(headers, { once });
    for (const cookie of made.setCookies) setCookie(cookie);
    return made.person;
  }

  return {
    ...services,
    requestId,
    person,
    user: person && services.db.forUser(person.id),
    refusal,
    becomeGuest: (once) => {
      guest ??= makeGuest(once);
      return guest;
    },
  };
}
