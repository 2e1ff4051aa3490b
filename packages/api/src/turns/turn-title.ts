import type { Assistant } from "@holdfast/assistant";
import { type AnswerStep, isBlank, limits, toStorable, truncate } from "@holdfast/contract";
import { NotFoundError, type UserStore } from "@holdfast/db";
import type { Log } from "../api.ts";
import { answerText } from "./answer.ts";

interface Exchange {
  conversationId: string;
  model: string;
  prompt: string;
  steps: readonly AnswerStep[];
}

/** Gives a conversation the title that the model suggests for its first exchange; a person's own title stays. Never rejects. */
export async function nameConversation(
  { conversationId, model, prompt, steps }: Exchange,
  { user, assistant, signal, log }: { user: UserStore; assistant: Assistant; signal: AbortSignal; log: Log },
): Promise<void> {
  try {
    const suggested = await assistant.suggestTitle({ model, prompt, answer: answerText(steps), signal });
    const title = truncate(
      toStorable(suggested ?? "")
        .replace(/\s+/gu, " ")
        .trim(),
      limits.titleLength,
    );
    if (!isBlank(title) && !signal.aborted) await user.renameConversation(conversationId, title, "model");
  } catch (error) {
    if (!(error instanceof NotFoundError)) log.warn({ err: error, conversationId }, "a conversation was not named");
  }
}
