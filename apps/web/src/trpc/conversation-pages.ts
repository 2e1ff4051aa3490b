import type { ConversationSummary } from "@holdfast/contract";
import type { InfiniteData } from "@tanstack/react-query";

export const conversationListLimit = 50;

export interface ConversationPage {
  conversations: ConversationSummary[];
  nextCursor: string | null;
}

export type ConversationPages = InfiniteData<ConversationPage, string | null>;

/**
 * The list of conversations as far as it is loaded: most recently updated first, across pages.
 * These keep that order, and each conversation once; what did not change stays the same object.
 */

export function emptyPages(): ConversationPages {
  return { pages: [{ conversations: [], nextCursor: null }], pageParams: [null] };
}

/** Puts a conversation where it belongs. One that is older than all that is loaded is left to the page that will bring it. */
export function putConversation(data: ConversationPages, conversation: ConversationSummary): ConversationPages {
  if (isUnmoved(data, conversation)) return patchConversation(data, conversation.id, conversation);
  const { pages, pageParams } = removeConversation(data, conversation.id);
  const pageIndex = pages.findIndex(({ conversations }) => {
    const last = conversations.at(-1);
    return last !== undefined && isBefore(conversation, last);
  });
  if (pageIndex >= 0) return { pageParams, pages: replaceAt(pages, pageIndex, (page) => inserted(page, conversation)) };
  const lastIndex = pages.length - 1;
  if (pages[lastIndex]?.nextCursor !== null) return { pages, pageParams };
  return { pageParams, pages: replaceAt(pages, lastIndex, (page) => inserted(page, conversation)) };
}

export function patchConversation(
  data: ConversationPages,
  id: string,
  change: Partial<ConversationSummary>,
): ConversationPages {
  return changePageOf(data, id, (all) => all.map((one) => (one.id === id ? { ...one, ...change } : one)));
}

export function removeConversation(data: ConversationPages, id: string): ConversationPages {
  return changePageOf(data, id, (all) => all.filter((one) => one.id !== id));
}

export function findConversation(data: ConversationPages | undefined, id: string): ConversationSummary | undefined {
  for (const page of data?.pages ?? []) {
    const found = page.conversations.find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}

/** All that is loaded, in order; a conversation that moved between two reads of pages only at its first place. */
export function loadedConversations(data: Pick<ConversationPages, "pages"> | undefined): ConversationSummary[] {
  const seen = new Set<string>();
  const all: ConversationSummary[] = [];
  for (const page of data?.pages ?? []) {
    for (const conversation of page.conversations) {
      if (seen.has(conversation.id)) continue;
      seen.add(conversation.id);
      all.push(conversation);
    }
  }
  return all;
}

/** What is loaded, and the open one where it has its place beyond that. */
export function withOpen(
  loaded: readonly ConversationSummary[],
  open: ConversationSummary | null | undefined,
): readonly ConversationSummary[] {
  const last = loaded.at(-1);
  const isBeyond = open?.pinnedAt === null && last !== undefined && isBefore(last, open);
  return isBeyond && !loaded.some(({ id }) => id === open.id) ? [...loaded, open] : loaded;
}

/** The page that has the conversation, with others in it; all as it was where none has. */
function changePageOf(
  data: ConversationPages,
  id: string,
  change: (conversations: ConversationSummary[]) => ConversationSummary[],
): ConversationPages {
  const pageIndex = data.pages.findIndex((page) => page.conversations.some((one) => one.id === id));
  if (pageIndex < 0) return data;
  const changed = (page: ConversationPage) => ({ ...page, conversations: change(page.conversations) });
  return { pageParams: data.pageParams, pages: replaceAt(data.pages, pageIndex, changed) };
}

function isUnmoved(data: ConversationPages, { id, updatedAt }: ConversationSummary): boolean {
  return findConversation(data, id)?.updatedAt === updatedAt;
}

/** ISO times and UUIDs, both of fixed form, compare as text. */
function isBefore(a: ConversationSummary, b: ConversationSummary): boolean {
  return a.updatedAt === b.updatedAt ? a.id > b.id : a.updatedAt > b.updatedAt;
}

function inserted(page: ConversationPage, conversation: ConversationSummary): ConversationPage {
  const found = page.conversations.findIndex((one) => isBefore(conversation, one));
  const index = found < 0 ? page.conversations.length : found;
  return { ...page, conversations: page.conversations.toSpliced(index, 0, conversation) };
}

function replaceAt<Item>(items: readonly Item[], index: number, change: (item: Item) => Item): Item[] {
  return items.map((item, at) => (at === index ? change(item) : item));
}
