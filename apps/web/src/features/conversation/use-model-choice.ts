"use client";

import type { ConversationSummary, ModelInfo } from "@holdfast/contract";
import { useCallback, useState } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import type { ModelList } from "@/trpc/page-data";
import { notify } from "@/ui/notices";

const storageKey = "holdfast:model";

export interface ModelChoice {
  models: readonly ModelInfo[];
  /** The one that answers next. */
  current: string;
  /** Null where nobody has chosen: the server's default answers. */
  chosen: string | null;
  choose(id: string): void;
  nameOf(id: string): string;
}

/** The model of this conversation; on a new one, the one that was chosen last. */
export function useModelChoice(
  { models, defaultModel }: ModelList,
  conversation: ConversationSummary | null,
): ModelChoice {
  const client = useTRPCClient();
  const cache = useConversationCache();
  const [picked, setPicked] = useState<string | null>(null);
  const isOffered = (id: string | null) => id !== null && models.some((model) => model.id === id);
  const wanted = conversation
    ? conversation.model
    : (picked ?? (typeof window === "undefined" ? null : rememberedModel()));
  const chosen = isOffered(wanted) ? wanted : null;
  const nameOf = useCallback((id: string) => modelLabel(id, models), [models]);

  function choose(id: string) {
    setPicked(id);
    remember(id);
    if (!conversation) return;
    const save = () => client.conversation.update.mutate({ id: conversation.id, model: id });
    cache.change(conversation, "model", id, save).catch(() => notify("The model could not be changed. Try again."));
  }
  return { models, current: chosen ?? defaultModel, chosen, choose, nameOf };
}

/** The built-in one by its name; the others by their id, which says whose they are. */
function modelLabel(id: string, models: readonly ModelInfo[]): string {
  return id === "built-in" ? (models.find((model) => model.id === id)?.name ?? "Built-in") : id;
}

function rememberedModel(): string | null {
  try {
    return window.localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function remember(id: string): void {
  try {
    window.localStorage.setItem(storageKey, id);
  } catch {
    // It holds until the page is closed.
  }
}
