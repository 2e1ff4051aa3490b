import type { ImportedConversation, ImportedMessage, LongImport, UserStore } from "@holdfast/db";

type Head = Omit<ImportedConversation, "messages">;

/** Few transactions for many small conversations, little memory for large ones: in characters, and so many for each row. */
const weightATime = 2_000_000;
const rowWeight = 2_000;

/**
 * Stores conversations whose messages come one by one: several short ones to a transaction, a long one in parts.
 * `stored` hears of each that is there in full.
 */
export function conversationWriter(user: UserStore, stored: (messages: number) => void) {
  const waiting: ImportedConversation[] = [];
  let waitingWeight = 0;
  let messages: ImportedMessage[] = [];
  let weight = 0;
  let long: { parts: LongImport; messages: number } | null = null;

  function takeMessages(): ImportedMessage[] {
    const taken = messages;
    messages = [];
    weight = 0;
    return taken;
  }

  async function storeWaiting(): Promise<void> {
    const conversations = waiting.splice(0);
    waitingWeight = 0;
    if (conversations.length === 0) return;
    await user.importConversations(conversations);
    for (const conversation of conversations) stored(conversation.messages.length);
  }

  async function storePart(): Promise<void> {
    await storeWaiting();
    long ??= { parts: user.importLongConversation(), messages: 0 };
    const part = takeMessages();
    await long.parts.append(part);
    long.messages += part.length;
  }

  return {
    async addMessage(message: ImportedMessage): Promise<void> {
      messages.push(message);
      weight += rowWeight + message.content.length + (message.toolCalls?.length ?? 0);
      if (weight >= weightATime) await storePart();
    },

    async endConversation(head: Head): Promise<void> {
      if (long) {
        if (messages.length > 0) await storePart();
        await long.parts.finish(head);
        stored(long.messages);
        long = null;
        return;
      }
      waitingWeight += rowWeight + weight;
      waiting.push({ ...head, messages: takeMessages() });
      if (waitingWeight >= weightATime) await storeWaiting();
    },

    /** What has come whole is stored after a fault, too; of one that has not, nothing stays. */
    async end(): Promise<void> {
      try {
        await storeWaiting();
      } finally {
        await long?.parts.discard();
      }
    },
  };
}
