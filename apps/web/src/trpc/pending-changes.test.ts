import type { AppRouter } from "@holdfast/api";
import type { ConversationSummary } from "@holdfast/contract";
import { QueryClient } from "@tanstack/react-query";
import { createTRPCClient } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { expect, it } from "vitest";
import { ConversationCache } from "./conversation-cache";

const at = "2026-01-01T00:00:00.000Z";
const before: ConversationSummary = {
  ...{ id: "c", title: "Before", createdAt: at, updatedAt: at, model: null, messageCount: 2, readPosition: 2 },
  ...{ pinnedAt: null, forkedFrom: null, running: true },
};

/** A browser that knows one conversation, before a server that answers when it is let. */
function shown() {
  const queryClient = new QueryClient();
  const trpc = createTRPCOptionsProxy<AppRouter>({ client: createTRPCClient<AppRouter>({ links: [] }), queryClient });
  const cache = new ConversationCache(queryClient, trpc);
  cache.put(before);
  const asked: { accept(answer?: Partial<ConversationSummary>): void; refuse(): void }[] = [];

  function change<Field extends "title" | "pinnedAt" | "model">(field: Field, value: ConversationSummary[Field]) {
    const made = cache.change(before, field, value, () => {
      return new Promise((resolve, reject) => {
        asked.push({
          accept: (answer) => resolve({ ...before, [field]: value, ...answer }),
          refuse: () => reject(new Error("Refused")),
        });
      });
    });
    return made.then(
      () => "made",
      () => "refused",
    );
  }
  const isAsked = (count: number) => expect.poll(() => asked.length).toBe(count);
  return { cache, queryClient, trpc, asked, isAsked, change, now: () => cache.find("c") };
}

it("R-CONV-2: a change shows at once, and of several the last one holds, there as here", async () => {
  const { asked, isAsked, change, now } = shown();
  const [first, second] = [change("title", "First"), change("title", "Second")];
  expect(now()?.title).toBe("Second");
  await isAsked(1);
  asked[0]?.accept();
  expect(await first).toBe("made");
  expect(now()?.title).toBe("Second");
  await isAsked(2);
  asked[1]?.accept({ title: "Second, as the server has it" });
  expect(await second).toBe("made");
  expect(now()?.title).toBe("Second, as the server has it");
});

it("R-CONV-2: changes of different fields do not wait for each other", async () => {
  const { asked, isAsked, change, now } = shown();
  const changes = [change("title", "After"), change("pinnedAt", at), change("model", "another")];
  await isAsked(3);
  for (const one of asked) one.accept();
  await Promise.all(changes);
  expect(now()).toEqual({ ...before, title: "After", pinnedAt: at, model: "another" });
});

it("R-CONV-2: a refused change does not undo a later one", async () => {
  const { asked, isAsked, change, now } = shown();
  const [pinned, unpinned] = [change("pinnedAt", at), change("pinnedAt", null)];
  await isAsked(1);
  asked[0]?.refuse();
  expect(await pinned).toBe("refused");
  expect(now()?.pinnedAt).toBeNull();
  await isAsked(2);
  asked[1]?.accept();
  expect(await unpinned).toBe("made");
  expect(now()?.pinnedAt).toBeNull();
});

it("R-CONV-2: where the last one is refused, what the server accepted before it shows again", async () => {
  const { asked, isAsked, change, now } = shown();
  const [first, second] = [change("model", "first"), change("model", "second")];
  await isAsked(1);
  asked[0]?.accept();
  await first;
  await isAsked(2);
  asked[1]?.refuse();
  expect(await second).toBe("refused");
  expect(now()?.model).toBe("first");
});

it("R-WEB-3: neither an answer nor a refusal brings back what else has changed since", async () => {
  for (const settle of ["accept", "refuse"] as const) {
    const { cache, asked, isAsked, change, now } = shown();
    const made = change("title", "After");
    await isAsked(1);
    cache.patch("c", { running: false });
    asked[0]?.[settle]();
    await made;
    expect(now()).toEqual({ ...before, running: false, title: settle === "accept" ? "After" : "Before" });
  }
});

it("R-WEB-3: what is read while a change is not answered does not take it back, whether as one or in a list", async () => {
  const { cache, queryClient, trpc, asked, isAsked, change, now } = shown();
  const made = change("title", "After");
  await isAsked(1);
  cache.put({ ...before, messageCount: 4 });
  expect(now()).toEqual({ ...before, title: "After", messageCount: 4 });

  const list = trpc.conversation.list.infiniteQueryKey({ limit: 50 });
  queryClient.setQueryData(list, { pages: [{ conversations: [before], nextCursor: null }], pageParams: [null] });
  await cache.refreshAll();
  expect(now()?.title).toBe("After");
  asked[0]?.accept();
  await made;
  expect(now()?.title).toBe("After");

  const endDeletion = cache.beginDeletion("c");
  queryClient.setQueryData(list, { pages: [{ conversations: [before], nextCursor: null }], pageParams: [null] });
  await cache.refreshAll();
  expect(now()).toBeUndefined();
  endDeletion();
});
