"use client";

import { useCallback, useState } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { navigate } from "@/ui/navigate";
import { notify } from "@/ui/notices";

export interface Branch {
  /** The id of the message that is being edited. */
  editing: string | null;
  edit(messageId: string): void;
  cancel(): void;
  /** Leaves this conversation as it is: the edited text is sent in a copy of what came before it. */
  submit(position: number, text: string): Promise<void>;
}

export function useBranch(conversationId: string | null, send: (conversationId: string, text: string) => void): Branch {
  const client = useTRPCClient();
  const cache = useConversationCache();
  const [edited, setEdited] = useState<{ conversationId: string | null; messageId: string } | null>(null);
  const editing = edited?.conversationId === conversationId ? (edited?.messageId ?? null) : null;
  const edit = useCallback((messageId: string) => setEdited({ conversationId, messageId }), [conversationId]);
  const cancel = useCallback(() => setEdited(null), []);
  async function submit(position: number, text: string) {
    if (!conversationId) return;
    try {
      const forked = await client.conversation.fork.mutate({ id: conversationId, position });
      cache.put(forked);
      setEdited(null);
      navigate(`/c/${forked.id}`);
      send(forked.id, text);
    } catch {
      notify("The branch could not be made. Your text is still there; try again.");
    }
  }
  return { editing, edit, cancel, submit };
}
