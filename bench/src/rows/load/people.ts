import { randomUUID } from "node:crypto";
import { idOf } from "../../data/ids.ts";
import type { Size } from "../../data/shape.ts";
import { conversationId, numbers } from "../../data/shape.ts";
import { randomOf } from "../../data/text.ts";
import { type EventStream, openEventStream } from "../../load/event-stream.ts";
import type { Operation } from "../../load/mixed-load.ts";
import { bearer, type Caller, mutation, query, queryPath } from "../../load/requests.ts";
import { secret } from "../../servers/product.ts";
import type { Ledger } from "./ledger.ts";

export interface LoadPerson {
  id: string;
  caller: Caller;
  conversations: string[];
}

/** Ordinary people with the conversations that the seeding gave them. */
export function loadPeople(size: Size, people: number, conversations: number): LoadPerson[] {
  const ordinary = size.users - numbers.firstOrdinary + 1;
  const count = Math.min(people, ordinary);
  const each = Math.ceil(conversations / count);
  const last = size.conversations;
  return Array.from({ length: count }, (_, n) => {
    const id = idOf("user", numbers.firstOrdinary + n);
    const owned = Array.from({ length: each }, (_, k) => numbers.ordinaryBegins + n + k * ordinary);
    return { id, caller: bearer(id, secret), conversations: owned.filter((one) => one <= last).map(conversationId) };
  });
}

/** Turns that were begun, and how they ended for those who watch. */
export interface TurnWatch {
  expect(turnId: string): void;
  unfinished(): number;
  notCompleted(): number;
  streams: EventStream[];
}

type FeedEvent = { type: string; turnId?: string; status?: string };

export function watchTurns(people: readonly LoadPerson[], port: number): TurnWatch {
  const expected = new Set<string>();
  const ended = new Set<string>();
  let notCompleted = 0;
  const streams = people.map(({ caller }) =>
    openEventStream(port, queryPath("live.feed"), caller, (data, event) => {
      if (event !== "" && event !== "message") return;
      const feed = JSON.parse(data) as FeedEvent;
      if (feed.type !== "turn-ended" || !feed.turnId) return;
      ended.add(feed.turnId);
      if (feed.status !== "completed") notCompleted++;
    }),
  );
  return {
    expect: (turnId) => expected.add(turnId),
    unfinished: () => [...expected].filter((turnId) => !ended.has(turnId)).length,
    notCompleted: () => notCompleted,
    streams,
  };
}

export type Chooser = (n: number) => Operation;

/** What one person does next. Conversations take turns, so that all of them are active. */
export function chooser(people: readonly LoadPerson[], ledger: Ledger, watch: TurnWatch): Chooser {
  const random = randomOf(11);
  return (n) => nextOperation(n, random(), people, ledger, watch);
}

function nextOperation(
  n: number,
  chance: number,
  people: readonly LoadPerson[],
  ledger: Ledger,
  watch: TurnWatch,
): Operation {
  const person = people[n % people.length];
  const conversation = person?.conversations[Math.floor(n / people.length) % person.conversations.length];
  if (!person || !conversation) throw new Error("There are no people to put load on");
  const { caller } = person;
  if (chance < 0.35)
    return { name: "read a page", request: query("message.page", { conversationId: conversation, limit: 50 }, caller) };
  if (chance < 0.5) return { name: "list", request: query("conversation.list", { limit: 30 }, caller) };
  if (chance < 0.55) return { name: "search", request: query("search.find", { text: "quay", limit: 20 }, caller) };
  if (chance < 0.9) return store(person, conversation, ledger);
  return send(person, conversation, ledger, watch);
}

function store(person: LoadPerson, conversation: string, ledger: Ledger): Operation {
  const content = `Note ${randomUUID()}`;
  const input = { conversationId: conversation, role: "user", content };
  return {
    name: "store a message",
    request: mutation("message.add", input, person.caller),
    onAnswer: ({ body }, sentAt) => {
      const { id } = (JSON.parse(body) as { result: { data: { id: string } } }).result.data;
      ledger.add({
        userId: person.id,
        conversationId: conversation,
        messageId: id,
        content,
        sentAt,
        acknowledgedAt: performance.now(),
      });
    },
  };
}

function send(person: LoadPerson, conversation: string, ledger: Ledger, watch: TurnWatch): Operation {
  const turnId = randomUUID();
  const message = `tokens=20 everyMs=20 ${turnId}`;
  const input = { turnId, conversationId: conversation, message, model: "openai/clock" };
  return {
    name: "send",
    request: mutation("turn.start", input, person.caller),
    onAnswer: ({ body }, sentAt) => {
      const { turn } = (JSON.parse(body) as { result: { data: { turn: { promptMessageId: string } } } }).result.data;
      watch.expect(turnId);
      ledger.add({
        userId: person.id,
        conversationId: conversation,
        messageId: turn.promptMessageId,
        turnId,
        content: message,
        sentAt,
        acknowledgedAt: performance.now(),
      });
    },
  };
}
