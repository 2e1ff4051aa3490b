import { AsyncLocalStorage } from "node:async_hooks";
import type { Person } from "@holdfast/contract";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import { isNewGuest } from "./first-request.ts";

type Adapter = Parameters<NonNullable<BetterAuthPlugin["init"]>>[0]["adapter"];

/** A request that may end with another session than it began with. */
export interface SignIn {
  before: { person: Person; token: string } | null;
  /** Set when a session has been made. */
  after: { userId: string; token: string } | null;
}

const currentSignIn = new AsyncLocalStorage<SignIn>();

/** Within `work`, a guest who signs up becomes the account: the same row and id, so all that is theirs stays theirs. */
export function inSignIn<Result>(signIn: SignIn, work: () => Promise<Result>): Promise<Result> {
  return currentSignIn.run(signIn, work);
}

const guestName = "Guest";

/** Unique, and nobody's: the top-level domain is reserved for that (RFC 2606). */
function guestEmail(id: string): string {
  return `${id}@guest.invalid`;
}

/**
 * Guests. Better Auth's own anonymous plugin makes a second user at sign-up and deletes the guest:
 * ids change, tokens die, and rows that arrive in between vanish.
 */
export function guestPlugin() {
  return {
    id: "guests",
    init: ({ adapter }) => ({ context: { adapter: upgradingGuests(adapter) } }),
    hooks: {
      after: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (ctx) => {
            const signIn = currentSignIn.getStore();
            const made = ctx.context.newSession;
            if (signIn && made) signIn.after = { userId: made.user.id, token: made.session.token };
          }),
        },
      ],
    },
    endpoints: {
      /** Makes a guest, or another session for the one that a first request with this `guestId` has made; never reachable over HTTP. */
      makeGuest: createAuthEndpoint.serverOnly(
        { method: "POST", requireHeaders: true, body: z.object({ guestId: z.uuid().optional() }) },
        async (ctx) => {
          const { internalAdapter } = ctx.context;
          const { guestId } = ctx.body;
          const create = (id: string) =>
            internalAdapter.createUser(
              { id, name: guestName, email: guestEmail(id), emailVerified: false, isAnonymous: true },
              { method: "anonymous" },
            );
          const find = async (id: string) => {
            const user = await internalAdapter.findUserById(id);
            return user && isNewGuest(user) ? user : null;
          };
          const findOrCreate = async (id: string) =>
            (await find(id)) ??
            // Made in this moment by another of the first requests, or long ago.
            (await create(id).catch(async () => (await find(id)) ?? create(crypto.randomUUID())));
          const user = await (guestId === undefined ? create(crypto.randomUUID()) : findOrCreate(guestId));
          const session = await internalAdapter.createSession(user.id);
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ id: user.id });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

/** Makes the creation of a user an update of the asking guest's row. */
function upgradingGuests(adapter: Adapter): Adapter {
  return {
    ...adapter,
    create: (async (input: Parameters<Adapter["create"]>[0]) => {
      const guest = input.model === "user" ? currentSignIn.getStore()?.before?.person : undefined;
      if (!guest?.isGuest) return adapter.create(input);
      const { id: _, createdAt: __, ...update } = input.data;
      const where = [
        { field: "id", value: guest.id },
        { field: "isAnonymous", value: true },
      ];
      const upgraded = await adapter.update({ model: "user", where, update: { ...update, isAnonymous: false } });
      // Gone since: deleted, or moved by a sign-in in another tab.
      return upgraded ?? adapter.create(input);
    }) as Adapter["create"], // its result is generic in the caller's type, which only the caller knows
    transaction: (work) => adapter.transaction((inner) => work(upgradingGuests(inner as Adapter))),
  };
}
