import type { ConversationSummary, Person, Task } from "@holdfast/contract";
import { headers } from "next/headers";
import { cache } from "react";
import type { ConversationPage } from "@/trpc/conversation-pages";
import { conversationListLimit } from "@/trpc/conversation-pages";
import type { ModelList } from "@/trpc/page-data";
import { requestApi } from "@/trpc/server";

/** What stands around every conversation. `isAvailable` is false where the database did not answer. */
export interface ChatData {
  isAvailable: boolean;
  person: Person | null;
  modelList: ModelList;
  list: ConversationPage | null;
  pinned: ConversationSummary[] | null;
  tasks: Task[] | null;
}

const nothing: ChatData = {
  isAvailable: true,
  person: null,
  modelList: { models: [], defaultModel: "" },
  list: null,
  pinned: null,
  tasks: null,
};

/** Once a request, for the layout and the page. */
export const loadChat = cache(async (): Promise<ChatData> => {
  // Known to be down: asking again would only make the page late.
  if ((await headers()).get("x-holdfast-page-status") === "503") return { ...nothing, isAvailable: false };
  try {
    const { person, caller } = await requestApi();
    const modelList = await caller.model.list();
    if (!person) return { ...nothing, modelList };
    const [list, pinned, tasks] = await Promise.all([
      caller.conversation.list({ limit: conversationListLimit }),
      caller.conversation.pinned(),
      caller.task.list(),
    ]);
    return { isAvailable: true, person, modelList, list: list.parse(), pinned, tasks };
  } catch {
    // The API has logged why.
    return { ...nothing, isAvailable: false };
  }
});
