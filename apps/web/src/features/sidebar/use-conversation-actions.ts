"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { useMutation } from "@tanstack/react-query";
import { type RefObject, useMemo, useRef, useState } from "react";
import { errorCode, useTRPC } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { navigate } from "@/ui/navigate";
import { notify } from "@/ui/notices";

/** Rename, pin and delete: each shows at once, and goes back if the server refuses. `order` is the list as it is shown. */
export function useConversationActions(openId: string | null, order: RefObject<ConversationSummary[]>) {
  const trpc = useTRPC();
  const cache = useConversationCache();
  const open = useRef(openId);
  open.current = openId;

  const rename = useMutation(trpc.conversation.rename.mutationOptions());
  const update = useMutation(trpc.conversation.update.mutationOptions());
  const remove = useMutation(trpc.conversation.delete.mutationOptions());
  const [renameAsync, updateAsync, removeAsync] = [rename.mutateAsync, update.mutateAsync, remove.mutateAsync];

  const [refusedTitles, setRefusedTitles] = useState<ReadonlyMap<string, string>>(new Map());

  const actions = useMemo(() => {
    function setRefused(id: string, title: string | null) {
      setRefusedTitles((all) => {
        const others = [...all].filter(([other]) => other !== id);
        return new Map(title === null ? others : [...others, [id, title]]);
      });
    }

    async function settle(change: Promise<void>, id: string, failure: string): Promise<boolean> {
      try {
        await change;
        return true;
      } catch (error) {
        if (errorCode(error) === "NOT_FOUND") cache.remove(id);
        notify(failure);
        return false;
      }
    }

    return {
      /** Null where the name stays as it is. */
      async rename(conversation: ConversationSummary, title: string | null) {
        const { id } = conversation;
        setRefused(id, null);
        if (title === null) return;
        const change = cache.change(conversation, "title", title, () => renameAsync({ id, title }));
        const failure = "The conversation could not be renamed. Try again: the new name is kept.";
        setRefused(id, (await settle(change, id, failure)) ? null : title);
      },
      setPinned(conversation: ConversationSummary, pinned: boolean) {
        const { id } = conversation;
        const pinnedAt = pinned ? new Date().toISOString() : null;
        const change = cache.change(conversation, "pinnedAt", pinnedAt, () => updateAsync({ id, pinned }));
        void settle(change, id, `The conversation could not be ${pinned ? "pinned" : "unpinned"}. Try again.`);
      },
      async remove(conversation: ConversationSummary) {
        const next = neighbour(order.current, conversation.id);
        focusAfterwards(next);
        const stay = open.current === conversation.id ? leadTo(next ? `/c/${next.id}` : "/new") : null;
        const endDeletion = cache.beginDeletion(conversation.id);
        try {
          await removeAsync({ id: conversation.id });
        } catch (error) {
          endDeletion();
          if (await isGone(conversation, error)) return;
          if (stay?.isUndisturbed()) navigate(`/c/${conversation.id}`, "replace");
          notify("The conversation could not be deleted. Try again.");
        } finally {
          endDeletion();
          stay?.end();
        }
      },
    };

    /** Of one whose deletion has failed: if it is not gone, it is in the list again. */
    async function isGone(conversation: ConversationSummary, error: unknown) {
      const code = errorCode(error);
      if (code === "NOT_FOUND") return true;
      // It may have changed since; and where no answer has come, it may have been deleted all the same.
      const wasRead = cache.refresh(conversation.id);
      if (code === null && (await wasRead)) return cache.find(conversation.id) === undefined;
      cache.put(conversation);
      return false;
    }
  }, [cache, order, renameAsync, updateAsync, removeAsync]);
  return { ...actions, /** By id: what renaming goes on from. */ refusedTitles };
}

/** Leads away from what is deleted. Whoever then goes elsewhere, or begins to write, is not to be led back. */
function leadTo(href: string) {
  navigate(href, "replace");
  const listening = new AbortController();
  let isWriting = false;
  const note = () => {
    isWriting = true;
  };
  document.addEventListener("input", note, { capture: true, signal: listening.signal });
  return {
    isUndisturbed: () => !isWriting && window.location.pathname === href,
    end: () => listening.abort(),
  };
}

/** What had the focus is gone with the conversation: it goes to the next, or to where a new one begins. */
function focusAfterwards(next: ConversationSummary | undefined) {
  setTimeout(() => {
    // The list may have taken it.
    if (document.activeElement !== document.body && !document.activeElement?.matches("nav")) return;
    const href = next ? `/c/${next.id}` : "/new";
    document.querySelector<HTMLElement>(`nav a[href="${href}"]`)?.focus();
  }, 50);
}

/** The one after it, or else the one before. */
function neighbour(order: ConversationSummary[], id: string): ConversationSummary | undefined {
  const at = order.findIndex((conversation) => conversation.id === id);
  return order[at + 1] ?? order[at - 1];
}
