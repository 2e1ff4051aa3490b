import { ChatScreen } from "../chat-screen";
import { loadChat } from "../load-chat";

export default async function NewPage() {
  const { isAvailable, person, modelList } = await loadChat();
  return (
    <ChatScreen initial={null} absence={isAvailable ? null : "unavailable"} person={person} modelList={modelList} />
  );
}
