"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "./client";
import {
  type ConversationPages,
  conversationListLimit,
  emptyPages,
  findConversation,
  patchConversation,
  putConversation,
  removeConversation,
} from "./conversation-pages";

export const conversationListInput = { limit: conversationListLimit };

type Trpc = ReturnType<typeof useTRPC>;

/** What is being deleted from here: of the page's data, however many look after it. */
const deletions = new WeakMap<QueryClient, Set<string>>();

/** Everything that the browser knows of conversations' summaries, kept alike in the three places where it lies. */
export class ConversationCache {
  readonly #queries: QueryClient;
  readonly #trpc: Trpc;
  readonly #deletions: Set<string>;

  constructor(queries: QueryClient, trpc: Trpc) {
    this.#queries = queries;
    this.#trpc = trpc;
    this.#deletions = deletions.get(queries) ?? new Set();
    deletions.set(queries, this.#deletions);
  }

  /** Adds or updates a conversation, in its place; one that is being deleted has none. */
  put(conversation: ConversationSummary): void {
    if (this.#deletions.has(conversation.id)) return;
    this.#setOne(conversation.id, () => conversation);
    this.#setList((pages) => putConversation(pages ?? emptyPages(), conversation));
    this.#setPinned((pinned) => {
      const others = pinned.filter((one) => one.id !== conversation.id);
      if (conversation.pinnedAt === null) return others;
      return [...others, conversation].sort((a, b) => ((a.pinnedAt ?? "") < (b.pinnedAt ?? "") ? 1 : -1));
    });
  }

  /** Changes what does not move it in the list. */
  patch(id: string, change: Partial<Omit<ConversationSummary, "id" | "updatedAt" | "pinnedAt">>): void {
    this.#setOne(id, (old) => old && { ...old, ...change });
    this.#setList((pages) => pages && patchConversation(pages, id, change));
    this.#setPinned((pinned) => pinned.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  /** Changes one that is known, wherever that moves it; what is not named stays as it is now. */
  change(id: string, change: Partial<Omit<ConversationSummary, "id">>): void {
    const now = this.find(id);
    if (now) this.put({ ...now, ...change });
  }

  remove(id: string): void {
    this.#queries.removeQueries({ queryKey: this.#trpc.conversation.find.queryKey({ id }), exact: true });
    this.#setList((pages) => pages && removeConversation(pages, id));
    this.#setPinned((pinned) => pinned.filter((one) => one.id !== id));
  }

  /**
   * Leaves it out from now on: until it is deleted the server has it still, and tells of what changes in it.
   * What is returned is to be called when the server has answered.
   */
  beginDeletion(id: string): () => void {
    this.#deletions.add(id);
    this.remove(id);
    return () => this.#deletions.delete(id);
  }

  find(id: string): ConversationSummary | undefined {
    const list = this.#queries.getQueryData<ConversationPages>(this.#listKey);
    return (
      findConversation(list, id) ??
      this.#queries.getQueryData(this.#pinnedKey)?.find((one) => one.id === id) ??
      this.#queries.getQueryData(this.#trpc.conversation.find.queryKey({ id })) ??
      undefined
    );
  }

  /** Reads one conversation again; if it is gone, it goes from here. False where it could not be read. */
  async refresh(id: string): Promise<boolean> {
    if (this.#deletions.has(id)) return true;
    const options = this.#trpc.conversation.find.queryOptions({ id }, { staleTime: 0, retry: false });
    try {
      // One that is under way may be of before the change, and would be taken for this one.
      void this.#queries.cancelQueries({ queryKey: options.queryKey, exact: true }, { silent: true });
      const conversation = await this.#queries.fetchQuery(options);
      if (conversation) this.put(conversation);
      else this.remove(id);
      // So may a list be: it would put the row back as it was.
      if (this.#queries.isFetching({ queryKey: this.#listKey }) > 0) void this.refreshAll(); // its failure is in the queries' state
      return true;
    } catch {
      // Not reachable: a reconnect reads the list again.
      return false;
    }
  }

  /** After events may have been missed: what is shown is read again, from its beginning. */
  async refreshAll(): Promise<void> {
    this.#setList((pages) => pages && { pages: pages.pages.slice(0, 4), pageParams: pages.pageParams.slice(0, 4) });
    await Promise.all([
      this.#queries.invalidateQueries({ queryKey: this.#listKey }),
      this.#queries.invalidateQueries({ queryKey: this.#pinnedKey }),
    ]);
  }

  /** The state before an optimistic change, and the way back to it. */
  snapshot(): () => void {
    const list = this.#queries.getQueryData<ConversationPages>(this.#listKey);
    const pinned = this.#queries.getQueryData(this.#pinnedKey);
    return () => {
      this.#queries.setQueryData<ConversationPages>(this.#listKey, list);
      this.#queries.setQueryData(this.#pinnedKey, pinned);
    };
  }

  get #listKey() {
    return this.#trpc.conversation.list.infiniteQueryKey(conversationListInput);
  }

  get #pinnedKey() {
    return this.#trpc.conversation.pinned.queryKey();
  }

  #setOne(id: string, change: (old: ConversationSummary | undefined) => ConversationSummary | undefined): void {
    this.#queries.setQueryData(this.#trpc.conversation.find.queryKey({ id }), (old) => change(old ?? undefined));
  }

  #setList(change: (pages: ConversationPages | undefined) => ConversationPages | undefined): void {
    this.#queries.setQueryData<ConversationPages>(this.#listKey, change);
  }

  #setPinned(change: (pinned: ConversationSummary[]) => ConversationSummary[]): void {
    this.#queries.setQueryData(this.#pinnedKey, (pinned) => change(pinned ?? []));
  }
}

export function useConversationCache(): ConversationCache {
  const queries = useQueryClient();
  const trpc = useTRPC();
  return useMemo(() => new ConversationCache(queries, trpc), [queries, trpc]);
}
