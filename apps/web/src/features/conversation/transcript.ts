import type { PlacedMessage, TurnSummary, TurnView } from "@holdfast/contract";
import type { MessagePageData } from "@/trpc/page-data";

/** What is loaded of a conversation: one run of messages without gaps, oldest first. */
export interface Transcript {
  messages: readonly PlacedMessage[];
  turns: readonly TurnSummary[];
  /** Null where the run reaches the beginning. */
  olderCursor: string | null;
  /** Null where the run reaches the end. */
  newerCursor: string | null;
  openTurn: TurnView | null;
}

export function fromPage({ messages, turns, olderCursor, newerCursor, openTurn }: MessagePageData): Transcript {
  return { messages, turns, olderCursor, newerCursor, openTurn };
}

/** Messages are only ever added, so a newest page that touches what is loaded extends it; one that does not replaces it. */
export function withNewest(transcript: Transcript | undefined, page: MessagePageData): Transcript {
  if (!transcript) return fromPage(page);
  if (transcript.newerCursor !== null) return { ...transcript, openTurn: page.openTurn };
  const first = page.messages[0];
  const last = transcript.messages.at(-1);
  const touches = first === undefined || (last !== undefined && first.position <= last.position + 1);
  if (!touches || page.olderCursor === null) return fromPage(page);
  const isAllKnown = page.messages.at(-1)?.position === last?.position;
  return {
    ...transcript,
    messages: isAllKnown ? transcript.messages : joinMessages(transcript.messages, page.messages),
    turns: joinTurns(transcript.turns, page.turns),
    openTurn: page.openTurn,
  };
}

export function withOlder(transcript: Transcript, page: MessagePageData): Transcript {
  return {
    ...transcript,
    messages: joinMessages(page.messages, transcript.messages),
    turns: joinTurns(page.turns, transcript.turns),
    olderCursor: page.olderCursor,
  };
}

export function withNewer(transcript: Transcript, page: MessagePageData): Transcript {
  return {
    messages: joinMessages(transcript.messages, page.messages),
    turns: joinTurns(transcript.turns, page.turns),
    olderCursor: transcript.olderCursor,
    newerCursor: page.newerCursor,
    openTurn: page.openTurn,
  };
}

/** Those of `before` stay the same objects: what is on the screen does not render again. */
function joinMessages(before: readonly PlacedMessage[], after: readonly PlacedMessage[]): PlacedMessage[] {
  const last = before.at(-1)?.position ?? 0;
  return [...before, ...after.filter((message) => message.position > last)];
}

/** The later reading of a turn wins; their order is that of their places. */
function joinTurns(before: readonly TurnSummary[], after: readonly TurnSummary[]): TurnSummary[] {
  const byId = new Map(before.map((turn) => [turn.id, turn]));
  for (const turn of after) byId.set(turn.id, keepIfSame(byId.get(turn.id), turn));
  return [...byId.values()].sort((a, b) => a.firstPosition - b.firstPosition || (a.startedAt < b.startedAt ? -1 : 1));
}

function keepIfSame(held: TurnSummary | undefined, read: TurnSummary): TurnSummary {
  const isSame =
    held && held.status === read.status && held.lastPosition === read.lastPosition && held.startedAt === read.startedAt;
  return isSame ? held : read;
}
