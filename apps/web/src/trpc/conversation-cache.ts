"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { CancelledError, type QueryClient, useQueryClient } from "@tanstack/react-query";
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
import { type ChangedField, PendingChanges } from "./pending-changes";

export const conversationListInput = { limit: conversationListLimit };

type Trpc = ReturnType<typeof useTRPC>;

/** Of the page's data, however many look after it. */
const pendingChanges = new WeakMap<QueryClient, PendingChanges>();

/** Everything that the browser knows of conversations' summaries, kept alike in the three places where it lies. */
export class ConversationCache {
  readonly #queries: QueryClient;
  readonly #trpc: Trpc;
  readonly #pending: PendingChanges;

  constructor(queries: QueryClient, trpc: Trpc) {
    this.#queries = queries;
    this.#trpc = trpc;
    this.#pending = pendingChanges.get(queries) ?? new PendingChanges();
    pendingChanges.set(queries, this.#pending);
  }

  /** Adds or updates a conversation, in its place, with what is asked for and not answered; one that is being deleted has none. */
  put(read: ConversationSummary): void {
    const conversation = this.#pending.applyTo(read);
    if (conversation === null) return;
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

  /** Changes a field before the server has answered, and back where it refuses. Rejects as `save` does. */
  change<Field extends ChangedField>(
    conversation: ConversationSummary,
    field: Field,
    value: ConversationSummary[Field],
    save: () => Promise<ConversationSummary>,
  ): Promise<void> {
    const { id } = conversation;
    // No more is taken of an answer than the field: it says how all the others were when it was given, and may come late.
    return this.#pending.change(this.find(id) ?? conversation, field, value, save, (change) => {
      const now = this.find(id);
      if (now) this.put({ ...now, ...change });
    });
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
    this.remove(id);
    return this.#pending.beginDeletion(id);
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
    if (this.#pending.isBeingDeleted(id)) return true;
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
    } catch (error) {
      // The news of a deletion has ended it, which is no failure.
      if (error instanceof CancelledError) return this.refresh(id);
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
    for (const id of this.#pending.ids) {
      const read = this.find(id);
      if (this.#pending.isBeingDeleted(id)) this.remove(id);
      else if (read) this.put(read);
    }
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
