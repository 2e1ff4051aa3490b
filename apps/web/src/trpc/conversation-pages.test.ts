import type { ConversationSummary } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import {
  type ConversationPages,
  emptyPages,
  findConversation,
  loadedConversations,
  patchConversation,
  putConversation,
  removeConversation,
  withOpen,
} from "./conversation-pages";

function conversation(id: string, minute: number): ConversationSummary {
  const updatedAt = `2026-03-20T10:${String(minute).padStart(2, "0")}:00.000Z`;
  return {
    id,
    title: id,
    createdAt: updatedAt,
    updatedAt,
    model: null,
    messageCount: 0,
    readPosition: 0,
    pinnedAt: null,
    forkedFrom: null,
    running: false,
  };
}

function pages(...lists: ConversationSummary[][]): ConversationPages {
  return {
    pages: lists.map((conversations, at) => ({ conversations, nextCursor: at < lists.length - 1 ? `${at}` : null })),
    pageParams: lists.map((_, at) => (at === 0 ? null : `${at - 1}`)),
  };
}

function ids(data: ConversationPages) {
  return loadedConversations(data).map((one) => one.id);
}

const [a, b, c, d] = [conversation("a", 40), conversation("b", 30), conversation("c", 20), conversation("d", 10)];

describe("the loaded pages of conversations", () => {
  it("R-CONV-4: a conversation that was written to moves to the top, across pages", () => {
    expect(ids(putConversation(pages([a, b], [c, d]), { ...d, updatedAt: conversation("d", 50).updatedAt }))).toEqual([
      "d",
      "a",
      "b",
      "c",
    ]);
  });

  it("R-CONV-3: a new one takes its place by time, ties broken by id", () => {
    expect(ids(putConversation(pages([a, b], [c, d]), conversation("x", 25)))).toEqual(["a", "b", "x", "c", "d"]);
    expect(ids(putConversation(pages([a, b]), conversation("z", 30)))).toEqual(["a", "z", "b"]);
    expect(ids(putConversation(emptyPages(), a))).toEqual(["a"]);
  });

  it("leaves one that is older than all that is loaded to the page that will bring it", () => {
    const partly = pages([a, b], [c]);
    const more = { ...partly, pages: partly.pages.map((page) => ({ ...page, nextCursor: "more" })) };
    expect(ids(putConversation(more, d))).toEqual(["a", "b", "c"]);
    expect(ids(putConversation(partly, d))).toEqual(["a", "b", "c", "d"]);
  });

  it("changes one in its place, and leaves the other pages the same objects", () => {
    const before = pages([a, b], [c, d]);
    const after = patchConversation(before, "c", { title: "New" });
    expect(findConversation(after, "c")?.title).toBe("New");
    expect(after.pages[0]).toBe(before.pages[0]);
    expect(patchConversation(before, "unknown", { title: "New" })).toBe(before);
    expect(ids(putConversation(before, { ...c, title: "Other" }))).toEqual(["a", "b", "c", "d"]);
  });

  it("R-CONV-5: one that was deleted is gone, and deleting it again changes nothing", () => {
    const after = removeConversation(pages([a, b], [c, d]), "b");
    expect(ids(after)).toEqual(["a", "c", "d"]);
    expect(removeConversation(after, "b")).toBe(after);
  });

  it("shows a conversation that moved between the reads of two pages once, at its first place", () => {
    expect(ids(pages([d, a, b], [c, d]))).toEqual(["d", "a", "b", "c"]);
  });
});

describe("R-WEB-2: the open conversation among those that are loaded", () => {
  it("has its row after them where its page is not loaded yet", () => {
    expect(withOpen([a, b], d)).toEqual([a, b, d]);
  });

  it("is there once, whatever was known of it before it moved", () => {
    expect(withOpen([a, b], b)).toEqual([a, b]);
    expect(withOpen([a, b], { ...a, updatedAt: d.updatedAt })).toEqual([a, b]);
  });

  it("has no second place beside its pin, and none in a list that is not there", () => {
    expect(withOpen([a, b], { ...d, pinnedAt: d.updatedAt })).toEqual([a, b]);
    expect(withOpen([], d)).toEqual([]);
    expect(withOpen([a], null)).toEqual([a]);
  });
});
