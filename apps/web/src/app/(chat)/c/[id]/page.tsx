import { headers } from "next/headers";
import { firstMessagesLimit } from "@/trpc/page-data";
import { requestApi } from "@/trpc/server";
import { type Absence, ChatScreen } from "../../chat-screen";
import { loadChat } from "../../load-chat";

interface ConversationPageProps {
  params: Promise<{ id: string }>;
}

export default async function ConversationPage({ params }: ConversationPageProps) {
  const { id } = await params;
  const [{ person, modelList, isAvailable }, conversation] = await Promise.all([loadChat(), loadConversation(id)]);
  const absence = isAvailable ? conversation.absence : "unavailable";
  return <ChatScreen initial={conversation.initial} absence={absence} person={person} modelList={modelList} />;
}

async function loadConversation(id: string) {
  const known = absenceOfStatus((await headers()).get("x-holdfast-page-status"));
  if (known) return { initial: null, absence: known };
  try {
    const { caller } = await requestApi();
    const [conversation, page] = await Promise.all([
      caller.conversation.get({ id }),
      caller.message.page({ conversationId: id, limit: firstMessagesLimit }),
    ]);
    return { initial: { conversation, page }, absence: null };
  } catch {
    // It went between the server's look and this one, or the database did.
    return { initial: null, absence: "unavailable" as const };
  }
}

/** What the server in front has found, and answered with. */
function absenceOfStatus(status: string | null): Absence | null {
  switch (status) {
    case "404":
      return "not-found";
    case "403":
      return "forbidden";
    case "503":
      return "unavailable";
    default:
      return null;
  }
}
