import { redirect } from "next/navigation";
import { requestApi } from "@/trpc/server";

/** The last conversation; without one, or without a database to ask, an empty one. */
export default async function HomePage() {
  redirect(await lastConversation());
}

async function lastConversation(): Promise<string> {
  try {
    const { person, caller } = await requestApi();
    const page = person && (await caller.conversation.list({ limit: 1 }));
    const last = page?.parse().conversations[0];
    return last ? `/c/${last.id}` : "/new";
  } catch {
    return "/new";
  }
}
