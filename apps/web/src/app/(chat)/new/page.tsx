import { ChatScreen } from "../chat-screen";
import { loadChat } from "../load-chat";

export default async function NewPage() {
  const { isAvailable, person, modelList } = await loadChat();
  const absence = isAvailable ? null : { address: "/new", reason: "unavailable" as const };
  return <ChatScreen initial={null} absence={absence} person={person} modelList={modelList} />;
}
