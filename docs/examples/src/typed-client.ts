import type { AppRouter } from "@holdfast/api";
import { createTRPCClient, httpBatchLink, type TRPCClient, TRPCClientError } from "@trpc/client";

/** A client that knows every procedure, its input and its answer: the web app's own interface, from any program. */
export function connect(url: string, token: string): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/api/trpc`, headers: { authorization: `Bearer ${token}` } })],
  });
}

/** Asks in a new conversation, gives it a name, and notes a task. */
export async function askAndNote(url: string, token: string, question: string) {
  const holdfast = connect(url, token);
  const { conversationId, response } = await holdfast.turn.chat.mutate({ message: question });
  const conversation = await holdfast.conversation.rename.mutate({ id: conversationId, title: "Asked by a program" });
  const task = await holdfast.task.add.mutate({ title: `Read “${conversation.title}”` });
  const messages = await holdfast.message.history.query({ conversationId });
  return { answer: response, title: conversation.title, task: task.title, messages: messages.length };
}

/** The code of what went wrong, such as NOT_FOUND: every error carries one. */
export async function codeOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof TRPCClientError) return error.data?.code ?? null;
    throw error;
  }
}
