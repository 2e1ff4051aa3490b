"use client";

import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { focusComposer } from "@/ui/focus-composer";
import { navigate } from "@/ui/navigate";
import { notify } from "@/ui/notices";
import { useStable } from "@/ui/use-latest";
import { useEdits } from "./use-edits";

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

export function useBranch(conversationId: string | null, send: (conversationId: string, text: string) => void): Branch {
  const client = useTRPCClient();
  const cache = useConversationCache();
  const { current, begin, end, keep } = useEdits(conversationId);
  const awaitArrival = useFocusOnArrival(conversationId);

  const cancel = useCallback(() => {
    if (current) end(current);
  }, [current, end]);

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
      cache.put(forked);
      // Whoever has gone elsewhere meanwhile stays there.
      if (window.location.pathname === `/c/${conversationId}`) {
        awaitArrival(forked.id);
        navigate(`/c/${forked.id}`);
      }
      send(forked.id, text);
      end(current);
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
      edit: begin,
      cancel,
      text: () => current?.text ?? null,
      keep,
      submit,
    }),
    [current, begin, cancel, keep, submit],
  );
}

/** The field that had the focus stays behind with its conversation: in the branch one goes on in the message box. */
function useFocusOnArrival(conversationId: string | null): (id: string) => void {
  const awaited = useRef<string | null>(null);
  useEffect(() => {
    if (awaited.current === null || awaited.current !== conversationId) return;
    awaited.current = null;
    if (document.activeElement === document.body) focusComposer();
  }, [conversationId]);
  return useCallback((id: string) => {
    awaited.current = id;
  }, []);
}
