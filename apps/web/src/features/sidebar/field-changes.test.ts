import type { AppRouter } from "@holdfast/api";
import type { ConversationSummary } from "@holdfast/contract";
import { QueryClient } from "@tanstack/react-query";
import { createTRPCClient } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { expect, it } from "vitest";
import { ConversationCache } from "@/trpc/conversation-cache";
import { FieldChanges } from "./field-changes";

const at = "2026-01-01T00:00:00.000Z";
const before: ConversationSummary = {
  ...{ id: "c", title: "Before", createdAt: at, updatedAt: at, model: null, messageCount: 2, readPosition: 2 },
  ...{ pinnedAt: null, forkedFrom: null, running: true },
};

function shown() {
  const queryClient = new QueryClient();
  const trpc = createTRPCOptionsProxy<AppRouter>({ client: createTRPCClient<AppRouter>({ links: [] }), queryClient });
  const cache = new ConversationCache(queryClient, trpc);
  cache.put(before);
  return { cache, changes: new FieldChanges(cache), now: () => cache.find("c") };
}

/** One that comes when it is let. */
function answer() {
  let resolve: (conversation: ConversationSummary) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<ConversationSummary>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

it("R-CONV-2: of two renames the later one stays, whichever is answered last", async () => {
  const { changes, now } = shown();
  const [first, second] = [answer(), answer()];
  const firstMade = changes.make(before, "title", "First", () => first.promise);
  const secondMade = changes.make(before, "title", "Second", () => second.promise);
  second.resolve({ ...before, title: "Second" });
  await secondMade;
  first.resolve({ ...before, title: "First" });
  await firstMade;
  expect(now()?.title).toBe("Second");
});

it("R-CONV-2: what was pinned and unpinned is not pinned by the first answer, nor by a refusal of it", async () => {
  const { changes, now } = shown();
  for (const settle of ["resolve", "reject"] as const) {
    const [pinned, unpinned] = [answer(), answer()];
    const pinMade = changes.make(before, "pinnedAt", at, () => pinned.promise).catch(() => {});
    const unpinMade = changes.make(before, "pinnedAt", null, () => unpinned.promise);
    if (settle === "resolve") pinned.resolve({ ...before, pinnedAt: at });
    else pinned.reject(new Error("Refused"));
    await pinMade;
    expect(now()?.pinnedAt).toBeNull();
    unpinned.resolve(before);
    await unpinMade;
    expect(now()?.pinnedAt).toBeNull();
  }
});

it("R-WEB-3: neither an answer nor a refusal brings back what else has changed since", async () => {
  for (const settle of ["resolve", "reject"] as const) {
    const { cache, changes, now } = shown();
    const renamed = answer();
    const made = changes.make(before, "title", "After", () => renamed.promise).catch(() => {});
    cache.patch("c", { running: false });
    if (settle === "resolve") renamed.resolve({ ...before, title: "After" });
    else renamed.reject(new Error("Refused"));
    await made;
    expect(now()).toEqual({ ...before, running: false, title: settle === "resolve" ? "After" : "Before" });
  }
});

it("R-CONV-2: a refusal puts back the last name that the server has taken", async () => {
  const { changes, now } = shown();
  const [first, second] = [answer(), answer()];
  const firstMade = changes.make(before, "title", "First", () => first.promise);
  const secondMade = changes.make(before, "title", "Second", () => second.promise);
  first.resolve({ ...before, title: "First" });
  await firstMade;
  second.reject(new Error("Refused"));
  await expect(secondMade).rejects.toThrow("Refused");
  expect(now()?.title).toBe("First");
});
