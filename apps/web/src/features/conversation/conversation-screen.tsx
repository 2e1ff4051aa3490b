"use client";

import type { ModelInfo, TurnView } from "@holdfast/contract";
import { usePathname } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { errorCode } from "@/trpc/client";
import { useLive, useTurn } from "@/trpc/live/live-provider";
import { latestTurn } from "@/trpc/live/turn-state";
import type { ConversationScreenProps } from "@/trpc/page-data";
import { navigate } from "@/ui/navigate";
import { useStable } from "@/ui/use-latest";
import { AnswerAnnouncer } from "./answer-announcer";
import { Answering } from "./answering";
import { Composer } from "./composer";
import { ConnectionNotice } from "./connection-notice";
import { ConversationHeader } from "./conversation-header";
import styles from "./conversation-screen.module.css";
import { draftKeyOf, draftOwnerOf } from "./drafts";
import { EmptyState } from "./empty-state";
import { type Entry, entriesOf } from "./entries";
import { MessageLog } from "./message-log";
import { ModelPicker } from "./model-picker";
import { NotSentYet } from "./not-sent-yet";
import { useBranch } from "./use-branch";
import { useConversation } from "./use-conversation";
import { useEscape } from "./use-escape";
import { useKeyboardInset } from "./use-keyboard-inset";
import { useModelChoice } from "./use-model-choice";
import { useReadMark } from "./use-read-mark";
import { useSending } from "./use-sending";
import { useTranscript } from "./use-transcript";

export function ConversationScreen({ initial, person, modelList, headerStart, headerEnd }: ConversationScreenProps) {
  const sending = useSending(person, useAddressId());
  const { conversationId } = sending;
  const wasDeleted = useWasDeleted(conversationId);
  const isReadable = person !== null && !wasDeleted;
  const conversation = useConversation(conversationId, initial, isReadable);
  const { transcript, error, load } = useTranscript(conversationId, initial, isReadable);
  const isDeleted = wasDeleted || isGone(error);
  const latest = latestTurn(useTurn(conversationId), transcript?.openTurn ?? null);
  // What was being answered went with it.
  const turn = isDeleted ? null : latest;
  const here = useMemo(
    () => sending.sendings.filter((one) => one.conversationId === conversationId && !one.aside),
    [sending.sendings, conversationId],
  );
  const aside = conversationId === null ? sending.sendings.filter((one) => one.aside) : [];
  const [sentId, setSentId] = useState<string | null>(null);
  const entries = useMemo(
    () => entriesOf({ transcript: conversationId ? transcript : emptyTranscript, turn, sending: here, sentId }),
    [transcript, turn, here, sentId, conversationId],
  );
  const models = useModelChoice(modelList, conversation);
  const draftKey = draftKeyOf(conversationId, draftOwnerOf(person));
  const isAnswering = here.length > 0 || turn?.status === "running";
  const target = isDeleted ? null : conversationId;

  function send(text: string) {
    if (isDeleted) navigate("/new", "replace");
    // An answer comes at the end, and is to be seen there.
    else if (transcript?.newerCursor != null) void load("newest").catch(() => {});
    setSentId(sending.send({ conversationId: target, text, model: models.chosen }));
  }
  const askAgain = useStable(send);
  const retry = useStable(({ id, prompt, model }: TurnView) => {
    sending.send({ conversationId, text: prompt, model: models.chosen ?? known(modelList.models, model), turnId: id });
  });
  function loadMessages(what: Parameters<typeof load>[0]) {
    // Whoever reads around a message has left the end, and what was sent there.
    if (typeof what !== "string") setSentId(null);
    return load(what);
  }
  function stop() {
    const turnId = here.at(-1)?.turnId ?? turn?.id;
    if (turnId) sending.stop(turnId);
  }
  const branch = useBranch(conversationId, (id, text) =>
    sending.send({ conversationId: id, text, model: models.chosen }),
  );
  useEscape(isAnswering ? stop : null, "textarea[aria-label='Edit message']");
  useReadMark(isDeleted ? null : conversation, transcript, turn);
  const keyboardInset = useKeyboardInset();

  return (
    <div className={styles.screen} ref={keyboardInset}>
      <ConversationHeader conversation={isDeleted ? null : conversation} start={headerStart} end={headerEnd} />
      {isDeleted ? (
        <DeletedNotice />
      ) : conversationId === null && entries.length === 0 ? (
        <EmptyState onTry={(text) => sending.drafts.restore(draftKey, text)} />
      ) : (
        <Answering value={isAnswering}>
          <MessageLog
            key={conversationId ?? "new"}
            entries={entries}
            transcript={conversationId ? transcript : emptyTranscript}
            failed={error !== null}
            branch={branch}
            modelName={models.nameOf}
            onLoad={loadMessages}
            onAskAgain={askAgain}
            onRetry={retry}
          />
        </Answering>
      )}
      <NotSentYet sendings={aside} onShow={sending.showFirst} />
      <ConnectionNotice />
      <Composer
        draftKey={draftKey}
        drafts={sending.drafts}
        answering={isAnswering}
        refusal={sending.refusals.get(draftKey) ?? null}
        recall={() => lastPrompt(entries)}
        onTyped={() => sending.clearRefusal(draftKey)}
        onSend={send}
        onStop={stop}
      >
        <ModelPicker choice={models} />
      </Composer>
      <AnswerAnnouncer turn={turn} />
    </div>
  );
}

const emptyTranscript = { messages: [], turns: [], olderCursor: null, newerCursor: null, openTurn: null };

function useAddressId(): string | null {
  return /^\/c\/([^/]+)$/.exec(usePathname())?.[1] ?? null;
}

/** Deleted while it is open: here or in another tab. */
function useWasDeleted(conversationId: string | null): boolean {
  const live = useLive();
  const [deleted, setDeleted] = useState<ReadonlySet<string>>(new Set());
  useEffect(
    () =>
      live.onEvent((event) => {
        if (event.type !== "conversation-changed" || event.change !== "deleted") return;
        setDeleted((all) => new Set(all).add(event.conversationId));
      }),
    [live],
  );
  return conversationId !== null && deleted.has(conversationId);
}

function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "NOT_FOUND" || code === "FORBIDDEN";
}

function DeletedNotice() {
  return (
    <div className={styles.gone}>
      <h1>This conversation was deleted.</h1>
      <p>What you had typed is still below. Sending it begins a new conversation.</p>
    </div>
  );
}

function lastPrompt(entries: readonly Entry[]): string | null {
  const entry = entries.findLast((one) => one.kind === "prompt");
  return entry?.kind === "prompt" ? entry.text : null;
}

/** A model that is not offered any more is left to the server's default. */
function known(models: readonly ModelInfo[], id: string): string | null {
  return models.some((model) => model.id === id) ? id : null;
}
