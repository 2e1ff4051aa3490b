import { MessagePage } from "./message-page";

export default function NotFound() {
  return (
    <MessagePage title="There is nothing here." text="The address is not quite right, or what it led to is gone." />
  );
}
