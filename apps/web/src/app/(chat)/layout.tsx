import type { ReactNode } from "react";
import { beginningsIn } from "@/features/sidebar/zone-days";
import { DataProvider } from "@/trpc/provider";
import { isAppleDevice, requestPreferences } from "../request";
import { ChatShell } from "./chat-shell";
import { loadChat } from "./load-chat";

export default async function ChatLayout({ children }: { children: ReactNode }) {
  const [chat, preferences, isApple] = await Promise.all([loadChat(), requestPreferences(), isAppleDevice()]);
  return (
    <DataProvider>
      <ChatShell
        isAvailable={chat.isAvailable}
        person={chat.person}
        list={chat.list}
        pinned={chat.pinned}
        tasks={chat.tasks}
        preferences={preferences}
        beginnings={beginningsIn(preferences.timeZone, new Date())}
        isApple={isApple}
      >
        {children}
      </ChatShell>
    </DataProvider>
  );
}
