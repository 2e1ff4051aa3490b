import { idOf } from "./ids.ts";

/** How much there is. The people named below are part of it. */
export interface Size {
  users: number;
  conversations: number;
  messages: number;
}

export const sizes = {
  quick: { users: 300, conversations: 20_000, messages: 200_000 },
  full: { users: 1_000, conversations: 100_000, messages: 1_000_000 },
  large: { users: 5_000, conversations: 500_000, messages: 5_000_000 },
} as const satisfies Record<string, Size>;

export interface PlannedConversation {
  user: number;
  conversation: number;
  messages: number;
  /** Whether its turns are stored too, as they are in life; for all of them it would double the seeding time. */
  withTurns: boolean;
}

/** People with a shape of their own; everyone after them is ordinary. */
const collector = 1;
const writer = 2;
const searcher = 3;
const gauge = 4;
const firstOrdinary = 5;

const writerLengths = [10_000, 1_000, 100, 20, 10];
const gaugeLengths = [1_000, ...Array.from({ length: 200 }, () => 10)];

/** Who and what the rows measure. Conversations are numbered in the order in which they are planned. */
export const people = {
  /** 10,000 conversations. */
  collector: { id: idOf("user", collector), conversations: 10_000 },
  /** Conversations of 10,000, 1,000, 100, 20 and 10 messages. */
  writer: { id: idOf("user", writer), lengths: writerLengths },
  /** 50,000 messages. */
  searcher: { id: idOf("user", searcher), conversations: 500, messagesEach: 100 },
  /** Stays the same while everything around grows. */
  gauge: { id: idOf("user", gauge), lengths: gaugeLengths },
} as const;

/** The gauge comes first, so that it is there at the smallest size of the growth row. */
const gaugeBegins = 1;
const writerBegins = gaugeBegins + gaugeLengths.length;
const searcherBegins = writerBegins + writerLengths.length;
const collectorBegins = searcherBegins + people.searcher.conversations;
const ordinaryBegins = collectorBegins + people.collector.conversations;

export const numbers = {
  gaugeBegins,
  writerBegins,
  collectorBegins,
  ordinaryBegins,
  firstOrdinary,
} as const;

export function gaugePlan(): PlannedConversation[] {
  return gaugeLengths.map((messages, n) => plan(gauge, gaugeBegins + n, messages, true));
}

export function specialPlan(): PlannedConversation[] {
  return [
    ...writerLengths.map((messages, n) => plan(writer, writerBegins + n, messages, true)),
    ...times(people.searcher.conversations, (n) =>
      plan(searcher, searcherBegins + n, people.searcher.messagesEach, false),
    ),
    ...times(people.collector.conversations, (n) => plan(collector, collectorBegins + n, 2, true)),
  ];
}

/** The ordinary conversations that fill `size` up, spread evenly over the ordinary people. */
export function ordinaryPlan(size: Size): PlannedConversation[] {
  const special = [...gaugePlan(), ...specialPlan()];
  const conversations = size.conversations - special.length;
  const messages = size.messages - special.reduce((sum, one) => sum + one.messages, 0);
  const ordinaryPeople = size.users - firstOrdinary + 1;
  return times(conversations, (n) => {
    const length = Math.floor(((n + 1) * messages) / conversations) - Math.floor((n * messages) / conversations);
    return plan(firstOrdinary + (n % ordinaryPeople), ordinaryBegins + n, length, false);
  });
}

export function conversationId(n: number): string {
  return idOf("conversation", n);
}

export function writerConversation(length: (typeof writerLengths)[number]): string {
  return conversationId(writerBegins + writerLengths.indexOf(length));
}

function plan(user: number, conversation: number, messages: number, withTurns: boolean): PlannedConversation {
  return { user, conversation, messages, withTurns };
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
