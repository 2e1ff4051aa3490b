import type { Message, Person, Task } from "@holdfast/contract";
import type { ExportedConversation, UserStore } from "@holdfast/db";

export type ExportFormat = "json" | "markdown";

/** What marks a file as an export of ours. */
export const exportFormat = { format: "holdfast-export", version: 1 } as const;

export interface ExportRequest {
  person: Person;
  user: UserStore;
  format: ExportFormat;
  /** One conversation alone, without the tasks. */
  conversationId?: string | undefined;
}

/**
 * All that is the person's, in pieces of text, a conversation at a time. A conversation that is missing or another's
 * throws before the first piece.
 */
export async function* exportText({ person, user, format, conversationId }: ExportRequest): AsyncGenerator<string> {
  const conversations = conversationId ? one(user, conversationId) : user.exportConversations();
  const tasks = conversationId ? [] : await user.listTasks();
  yield* format === "json" ? jsonText(person, conversations, tasks) : markdownText(person, conversations, tasks);
}

async function* one(user: UserStore, id: string): AsyncGenerator<ExportedConversation> {
  const { title, createdAt, updatedAt, pinnedAt } = await user.findConversation(id);
  yield { id, title, createdAt, updatedAt, pinnedAt, messages: await user.getChatHistory(id) };
}

async function* jsonText(person: Person, conversations: AsyncIterable<ExportedConversation>, tasks: Task[]) {
  const head = { ...exportFormat, exportedAt: new Date().toISOString(), name: person.name, email: person.email };
  let before = `${JSON.stringify(head).slice(0, -1)},\n"conversations": [\n`;
  for await (const conversation of conversations) {
    yield before + JSON.stringify(conversation);
    before = ",\n";
  }
  yield `${before === ",\n" ? "" : before}\n],\n"tasks": ${JSON.stringify(tasks)}\n}\n`;
}

async function* markdownText(person: Person, conversations: AsyncIterable<ExportedConversation>, tasks: Task[]) {
  let first = true;
  for await (const { title, createdAt, messages } of conversations) {
    yield `${first ? "" : "\n---\n\n"}# ${oneLine(title)}\n\n*Begun ${minute(createdAt)}*\n`;
    first = false;
    for (const message of messages) yield markdownMessage(message, person);
  }
  if (tasks.length > 0) {
    const lines = tasks.map(({ title, description, completed }) => {
      const more = description ? `\n${indented(description)}` : "";
      return `- [${completed ? "x" : " "}] ${oneLine(title)}${more}`;
    });
    yield `${first ? "" : "\n---\n\n"}# Tasks\n\n${lines.join("\n")}\n`;
  } else if (first) yield "Nothing has been said yet.\n";
}

function markdownMessage({ role, content, toolCalls, createdAt }: Message, person: Person): string {
  const names = { user: person.name, assistant: "Assistant", system: "System", tool: "Tool" };
  const calls = (toolCalls ?? []).map((call) => {
    const said = JSON.stringify({ arguments: call.arguments, result: call.result }, null, 2);
    return `\nTool \`${call.name}\` (${call.status}):\n\n${fenced(said, "json")}\n`;
  });
  return `\n## ${oneLine(names[role])}, ${minute(createdAt)}\n\n${content === "" ? "" : `${content}\n`}${calls.join("")}`;
}

/** A fence longer than any within. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}
