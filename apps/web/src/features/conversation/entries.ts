import {
  type AnswerStep,
  type PlacedMessage,
  type TurnStatus,
  type TurnSummary,
  type TurnView,
  turnMessageId,
} from "@holdfast/contract";
import type { Sending } from "./outbox";
import type { Transcript } from "./transcript";

/** What stands in the log, one below the other. Keys stay the same while a turn runs, ends and is stored. */
export type Entry = PromptEntry | AnswerEntry | FailureEntry | UnansweredEntry | NoteEntry | DayEntry;

export interface PromptEntry {
  kind: "prompt";
  key: string;
  messageId: string;
  /** Null until it is stored. */
  position: number | null;
  text: string;
  at: string;
  /** Not on the server yet. */
  sending: Sending["state"] | "stopping" | null;
}

export interface AnswerEntry {
  kind: "answer";
  key: string;
  messageId: string;
  /** Of all of its steps: any of them leads to it. */
  messageIds: readonly string[];
  at: string;
  steps: readonly AnswerStep[];
  /** Null for messages that programs have stored. */
  turn: TurnSummary | null;
  busy: boolean;
  /** What was asked, for asking it again. */
  prompt: string | null;
}

export interface FailureEntry {
  kind: "failure";
  key: string;
  at: string;
  turn: TurnView;
}

/** A turn that came to nothing, with others after it. */
export interface UnansweredEntry {
  kind: "unanswered";
  key: string;
  at: string;
  turn: TurnSummary;
}

export interface NoteEntry {
  kind: "note";
  key: string;
  messageId: string;
  role: "system" | "tool";
  text: string;
  at: string;
}

export interface DayEntry {
  kind: "day";
  key: string;
  at: string;
}

export interface Conversing {
  transcript: Transcript | undefined;
  /** The latest turn, as it runs or ended. */
  turn: TurnView | null;
  sending: readonly Sending[];
  /** The turn that was sent from here while what came last was not loaded. */
  sentId?: string | null;
}

export function entriesOf({ transcript, turn, sending, sentId = null }: Conversing): readonly Entry[] {
  const stored = transcript ? storedEntriesOf(transcript) : [];
  // What came last is not loaded: only what was sent from here stands after it, until that is.
  if (transcript && transcript.newerCursor !== null) {
    const isOnItsWay = sending.some((one) => one.turnId === sentId);
    const sent = turn !== null && turn.id === sentId && !isOnItsWay ? openEntries(turn) : [];
    return [...stored, ...sent, ...sending.map(sendingEntry)];
  }
  const shown = new Set(transcript?.turns.filter((one) => one.lastPosition !== null).map((one) => one.id));
  // A turn's messages may be read before its end is heard of.
  const open = turn && transcript && !shown.has(turn.id) && isOpen(turn, transcript) ? turn : null;
  const isRetried = open !== null && sending.some((one) => one.turnId === open.id);
  if (open && !isRetried) shown.add(open.id);
  return [
    ...stored.filter((entry) => entry.kind !== "unanswered" || entry.turn.id !== open?.id),
    ...(open && !isRetried ? openEntries(open) : []),
    ...sending.filter((one) => !shown.has(one.turnId)).map(sendingEntry),
  ];
}

export function holdsMessage(entry: Entry, id: string): boolean {
  return entry.kind === "answer" ? entry.messageIds.includes(id) : "messageId" in entry && entry.messageId === id;
}

/** Whether the turn is still only what is said of it: not stored, and nothing stored after it. */
function isOpen(turn: TurnView, transcript: Transcript): boolean {
  const last = transcript.messages.at(-1);
  if (last !== undefined && last.position >= turn.firstPosition && turn.status !== "running") {
    // A page that was read before the end does not have it yet.
    return isUnread(turn, transcript, last);
  }
  return true;
}

function isUnread(turn: TurnView, transcript: Transcript, last: PlacedMessage): boolean {
  if (turn.status === "failed" || turn.status === "interrupted") return false;
  return (
    last.id !== turn.answerMessageId && !transcript.messages.some((message) => message.id === turn.promptMessageId)
  );
}

/** A running turn changes many times a second, what is stored beside it does not: its entries stay the same objects. */
const storedBy = new WeakMap<Transcript, readonly Entry[]>();

function storedEntriesOf(transcript: Transcript): readonly Entry[] {
  const known = storedBy.get(transcript) ?? storedEntries(transcript);
  storedBy.set(transcript, known);
  return known;
}

function storedEntries({ messages, turns }: Transcript): Entry[] {
  const entries: Entry[] = [];
  const unstored = turns.filter((turn) => turn.lastPosition === null && turn.status !== "running");
  const storedTurns = turns.filter((turn) => turn.lastPosition !== null);
  let nextTurn = 0;
  let nextUnstored = 0;
  let answer: AnswerEntry | null = null;
  let prompt: string | null = null;
  for (const message of messages) {
    while (nextUnstored < unstored.length && (unstored[nextUnstored]?.firstPosition ?? 0) <= message.position) {
      entries.push(unansweredEntry(unstored[nextUnstored++] as TurnSummary)); // the index is within
    }
    while (nextTurn < storedTurns.length && (storedTurns[nextTurn]?.lastPosition ?? 0) < message.position) nextTurn++;
    const candidate = storedTurns[nextTurn];
    const turn = candidate && candidate.firstPosition <= message.position ? candidate : null;
    if (message.role === "assistant") {
      if (answer && continues(answer, turn)) {
        answer.steps = [...answer.steps, stepOf(message)];
        answer.messageIds = [...answer.messageIds, message.id];
      } else {
        answer = answerEntry(message, turn, prompt);
        entries.push(answer);
      }
      continue;
    }
    answer = null;
    if (message.role === "user") {
      prompt = message.content;
      entries.push(promptEntry(message, turn));
      if (isStoppedAtOnce(turn)) entries.push(unansweredEntry(turn));
    } else entries.push(noteEntry(message, message.role));
  }
  while (nextUnstored < unstored.length) entries.push(unansweredEntry(unstored[nextUnstored++] as TurnSummary)); // as above
  return entries;
}

/** The steps of a turn are one answer; so are a program's, where a message that called tools goes on in the next. */
function continues(answer: AnswerEntry, turn: TurnSummary | null): boolean {
  if (turn || answer.turn) return turn?.id === answer.turn?.id;
  return (answer.steps.at(-1)?.toolCalls.length ?? 0) > 0;
}

function isStoppedAtOnce(turn: TurnSummary | null): turn is TurnSummary {
  return turn?.status === "stopped" && turn.lastPosition === turn.firstPosition;
}

function stepOf(message: PlacedMessage): AnswerStep {
  return { content: message.content, toolCalls: message.toolCalls ?? [] };
}

function promptEntry(message: PlacedMessage, turn: TurnSummary | null): PromptEntry {
  const { id, position, content, createdAt } = message;
  const isFirst = turn?.firstPosition === position;
  return {
    kind: "prompt",
    key: isFirst ? `${turn.id}:prompt` : id,
    messageId: id,
    position,
    text: content,
    at: createdAt,
    sending: null,
  };
}

function answerEntry(message: PlacedMessage, turn: TurnSummary | null, prompt: string | null): AnswerEntry {
  return {
    kind: "answer",
    key: turn ? `${turn.id}:answer` : message.id,
    messageId: message.id,
    messageIds: [message.id],
    at: message.createdAt,
    steps: [stepOf(message)],
    turn,
    busy: false,
    prompt,
  };
}

function noteEntry({ id, content, createdAt }: PlacedMessage, role: NoteEntry["role"]): NoteEntry {
  return { kind: "note", key: id, messageId: id, role, text: content, at: createdAt };
}

function unansweredEntry(turn: TurnSummary): UnansweredEntry {
  return { kind: "unanswered", key: `${turn.id}:unanswered`, at: turn.startedAt, turn };
}

function openEntries(turn: TurnView): Entry[] {
  const entries: Entry[] = [
    {
      kind: "prompt",
      key: `${turn.id}:prompt`,
      messageId: turn.promptMessageId,
      position: null,
      text: turn.prompt,
      at: turn.startedAt,
      sending: null,
    },
  ];
  const busy = turn.status === "running";
  const said = turn.steps.some((step) => step.content.trim() !== "" || step.toolCalls.length > 0);
  if (busy || said) {
    const { id, answerMessageId, steps, startedAt } = turn;
    // After a failure it is the alert that offers to try again.
    const prompt = hasFailed(turn.status) ? null : turn.prompt;
    entries.push({
      kind: "answer",
      key: `${id}:answer`,
      messageId: answerMessageId,
      messageIds: [answerMessageId],
      at: startedAt,
      steps,
      turn,
      busy,
      prompt,
    });
  }
  if (hasFailed(turn.status)) entries.push({ kind: "failure", key: `${turn.id}:failure`, at: turn.startedAt, turn });
  else if (!busy && !said) entries.push(unansweredEntry(turn));
  return entries;
}

function hasFailed(status: TurnStatus): boolean {
  return status === "failed" || status === "interrupted";
}

function sendingEntry({ turnId, text, at, state, stopped }: Sending): PromptEntry {
  return {
    kind: "prompt",
    key: `${turnId}:prompt`,
    messageId: turnMessageId(turnId, 0),
    position: null,
    text,
    at: new Date(at).toISOString(),
    sending: stopped ? "stopping" : state,
  };
}
