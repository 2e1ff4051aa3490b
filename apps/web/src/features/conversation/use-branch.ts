"use client";

import { useCallback, useMemo, useState } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { navigate } from "@/ui/navigate";
import { notify } from "@/ui/notices";
import { useStable } from "@/ui/use-latest";

export interface Branch {
  /** The id of the message that is being edited. */
  editing: string | null;
  edit(messageId: string): void;
  cancel(): void;
  /** What has become of the text; null where nothing was typed yet. */
  text(): string | null;
  keep(text: string): void;
  /** Leaves this conversation as it is: the edited text is sent in a copy of what came before it. */
  submit(position: number, text: string): Promise<void>;
}

/** An edit that has begun. Lives here, for its row leaves the document when it is far from what is read. */
interface Edit {
  messageId: string;
  text: string | null;
  isSubmitting: boolean;
  isOver: boolean;
}

type Edits = ReadonlyMap<string, Edit>;

/** One edit for each conversation, for as long as the page lives. */
export function useBranch(conversationId: string | null, send: (conversationId: string, text: string) => void): Branch {
  const client = useTRPCClient();
  const cache = useConversationCache();
  const [edits, setEdits] = useState<Edits>(new Map());
  const current = conversationId === null ? undefined : edits.get(conversationId);

  const edit = useCallback(
    (messageId: string) => {
      if (conversationId === null) return;
      if (current) current.isOver = true;
      const begun = { messageId, text: null, isSubmitting: false, isOver: false };
      setEdits((all) => new Map(all).set(conversationId, begun));
    },
    [conversationId, current],
  );
  const cancel = useCallback(() => {
    if (!current) return;
    current.isOver = true;
    setEdits((all) => without(all, current));
  }, [current]);

  const submit = useStable(async (position: number, text: string) => {
    if (!conversationId || !current || current.isSubmitting) return;
    current.isSubmitting = true;
    try {
      const forked = await client.conversation.fork.mutate({ id: conversationId, position });
      if (current.isOver) {
        cache.remove(forked.id);
        // If this does not arrive a copy is left over, which can be seen and deleted.
        client.conversation.delete.mutate({ id: forked.id }).catch(() => {});
        return;
      }
      current.isOver = true;
      cache.put(forked);
      setEdits((all) => without(all, current));
      // Whoever has gone elsewhere meanwhile stays there.
      if (window.location.pathname === `/c/${conversationId}`) navigate(`/c/${forked.id}`);
      send(forked.id, text);
    } catch {
      if (!current.isOver) notify("The branch could not be made. Your text is still there; try again.");
    } finally {
      current.isSubmitting = false;
    }
  });
  // The same object while nothing of it changes, as when words arrive: every message has it.
  return useMemo(
    () => ({
      editing: current?.messageId ?? null,
      edit,
      cancel,
      text: () => current?.text ?? null,
      keep: (text) => {
        if (current) current.text = text;
      },
      submit,
    }),
    [current, edit, cancel, submit],
  );
}

function without(all: Edits, edit: Edit): Edits {
  return new Map([...all].filter(([, one]) => one !== edit));
}
