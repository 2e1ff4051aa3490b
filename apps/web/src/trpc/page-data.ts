import type { AppRouter } from "@holdfast/api";
import type { ConversationSummary, ModelInfo, Person } from "@holdfast/contract";
import type { inferRouterOutputs } from "@trpc/server";
import type { ReactNode } from "react";

/** What the server render hands to the screens, so that a cold load shows no spinner. */

export type MessagePageData = inferRouterOutputs<AppRouter>["message"]["page"];

export interface ModelList {
  models: ModelInfo[];
  defaultModel: string;
}

export interface ConversationScreenProps {
  /** The conversation of the first load; null on /new. The one to show comes from the address. */
  initial: { conversation: ConversationSummary; page: MessagePageData } | null;
  /** Null for a visitor: no user is made before the first action. */
  person: Person | null;
  modelList: ModelList;
  /** Stand at the two ends of the screen's header. */
  headerStart: ReactNode;
  headerEnd: ReactNode;
}

export interface TasksPanelProps {
  person: Person | null;
  /** Whether it lies over the conversation, which cannot be reached meanwhile. */
  isDrawn: boolean;
  onClose(): void;
}

/** How many of the newest messages come with the page. */
export const firstMessagesLimit = 50;
