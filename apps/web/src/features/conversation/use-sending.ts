"use client";

import { type Person, titleFrom } from "@holdfast/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { useTRPC, useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { useLive } from "@/trpc/live/live-provider";
import { navigate } from "@/ui/navigate";
import { onNewChat } from "@/ui/new-chat";
import { notify } from "@/ui/notices";
import { useLatest } from "@/ui/use-latest";
import { Drafts, draftKeyOf, draftOwnerOf } from "./drafts";
import { Outbox, type OutboxOptions, type Refusal, type Sending } from "./outbox";
import { alone, OutboxStore } from "./outbox-store";
import { browserStorage } from "./stored-keys";
import type { Transcript } from "./transcript";
import { newTurnId } from "./turn-id";

const none: readonly Sending[] = [];
/** Whoever presses Stop sees by then that it was in vain. */
const stopPatienceMs = 10_000;

export interface SendInput {
  conversationId: string | null;
  text: string;
  model: string | null;
  /** For a turn that is tried again. */
  turnId?: string;
}

/** Everything between Enter and the answer: what was sent, what waits, what came back. */
export function useSending(person: Person | null, addressId: string | null) {
  const ownerId = draftOwnerOf(person);
  const [drafts] = useState(() => openDrafts(ownerId));
  const [refusals, setRefusals] = useState<ReadonlyMap<string, Refusal>>(new Map());
  const [begunId, setBegunId] = useState<string | null>(null);
  if (addressId !== null && begunId !== null) setBegunId(null);
  const options = useOutboxOptions(person, drafts, setRefusals, setBegunId);
  const [outbox] = useState(() => new Outbox(options));
  const sendings = useSyncExternalStore(outbox.subscribe, outbox.get, () => none);
  const client = useTRPCClient();
  const stops = useStopsOnArrival();

  const { connection } = useLive();
  const isHeld = sendings.some((one) => one.state === "waiting");
  useEffect(() => connection.setSendingHeld(isHeld), [connection, isHeld]);

  useEffect(() => {
    const retry = () => outbox.retryNow();
    const onStorage = (event: StorageEvent) => {
      drafts.onStorage(event);
      // If that tab ends before it is sent, this one sends it. Without locks nobody would know.
      if (navigator.locks) outbox.onStorage(event);
    };
    window.addEventListener("online", retry);
    window.addEventListener("storage", onStorage);
    const endNewChat = onNewChat(() => {
      // The address may be that of a new chat before it was seen to be the begun conversation's.
      setBegunId(null);
      outbox.showFirst(null);
    });
    outbox.resume(ownerId);
    return () => {
      endNewChat();
      window.removeEventListener("online", retry);
      window.removeEventListener("storage", onStorage);
    };
  }, [outbox, drafts, ownerId]);

  const clearRefusal = useCallback((key: string) => {
    setRefusals((all) => (all.has(key) ? new Map([...all].filter(([other]) => other !== key)) : all));
  }, []);

  const send = useCallback(
    ({ conversationId, text, model, turnId = newTurnId() }: SendInput): string => {
      clearRefusal(draftKeyOf(conversationId, ownerId));
      stops.delete(turnId);
      outbox.send({ turnId, ownerId, conversationId, text, model, at: Date.now() });
      return turnId;
    },
    [outbox, ownerId, clearRefusal, stops],
  );

  const stop = useCallback(
    (turnId: string) => {
      if (outbox.stop(turnId)) stops.add(turnId);
      else
        void client.turn.stop
          .mutate({ turnId }, { signal: AbortSignal.timeout(stopPatienceMs) })
          .catch(() => notify("The answer could not be stopped. Try again."));
    },
    [client, outbox, stops],
  );

  return useMemo(
    () => ({
      /** The conversation to show; just after it has begun the router's address is still the one before. */
      conversationId: addressId ?? begunId,
      drafts,
      sendings,
      refusals,
      send,
      stop,
      showFirst: (turnId: string) => outbox.showFirst(turnId),
      clearRefusal,
    }),
    [addressId, begunId, drafts, sendings, refusals, outbox, send, stop, clearRefusal],
  );
}

/** Turns that were stopped on their way: where one turns up after all, as when only its response was lost, it is stopped then. */
function useStopsOnArrival(): Set<string> {
  const [stops] = useState(() => new Set<string>());
  const client = useTRPCClient();
  const live = useLive();
  useEffect(
    () =>
      live.onEvent((event) => {
        const begun = event.type === "turn-started" ? [event.turn] : event.type === "connected" ? event.running : [];
        // If this does not arrive there is the button.
        for (const { id } of begun) if (stops.delete(id)) void client.turn.stop.mutate({ turnId: id }).catch(() => {});
      }),
    [live, client, stops],
  );
  return stops;
}

function openDrafts(ownerId: string | null): Drafts {
  const drafts = new Drafts(browserStorage());
  if (ownerId !== null) drafts.adopt(draftKeyOf(null, null), draftKeyOf(null, ownerId));
  return drafts;
}

/** The outbox outlives renders; what it calls acts on the latest of them. */
function useOutboxOptions(
  person: Person | null,
  drafts: Drafts,
  setRefusals: (change: (all: ReadonlyMap<string, Refusal>) => ReadonlyMap<string, Refusal>) => void,
  setBegunId: (id: string) => void,
): OutboxOptions {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cache = useConversationCache();
  const live = useLive();
  const latestPerson = useLatest(person);

  return {
    store: new OutboxStore(browserStorage()),
    alone,
    isOnline: () => navigator.onLine !== false,
    isWriting: () => drafts.isOwn(draftKeyOf(null, draftOwnerOf(latestPerson.current))),
    start({ turnId, conversationId, text, model }, signal) {
      const input = { turnId, message: text, ...(conversationId && { conversationId }), ...(model && { model }) };
      return client.turn.start.mutate(input, { signal });
    },
    onStarted(sending, { conversation, turn }) {
      live.turns.put(turn);
      cache.put({ ...conversation, running: turn.status === "running" });
      const key = trpc.message.page.queryKey({ conversationId: conversation.id });
      if (sending.conversationId === null) {
        const empty: Transcript = { messages: [], turns: [], olderCursor: null, newerCursor: null, openTurn: turn };
        queryClient.setQueryData<Transcript>(key as readonly unknown[], (held) => held ?? empty);
      }
      // What New chat has left does not come back into its way: it is in the sidebar.
      if (sending.conversationId === null && !sending.aside) {
        drafts.adoptOwn(draftKeyOf(null, draftOwnerOf(latestPerson.current)), conversation.id);
        if (window.location.pathname === "/new") {
          navigate(`/c/${conversation.id}`, "replace");
          flushSync(() => setBegunId(conversation.id));
        }
      }
      if (turn.status !== "running") void queryClient.invalidateQueries({ queryKey: key });
      if (latestPerson.current === null) void queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() });
      if (sending.stopped) void client.turn.stop.mutate({ turnId: turn.id }).catch(() => {});
    },
    onTakenBack({ conversationId, text }) {
      drafts.restore(draftKeyOf(conversationId, draftOwnerOf(latestPerson.current)), text);
    },
    onRefused({ conversationId, text }, refusal) {
      const isSeen = window.location.pathname === (conversationId === null ? "/new" : `/c/${conversationId}`);
      // Nobody comes to a conversation that is gone: there the words would be lost.
      const place = refusal.isGone && !isSeen ? null : conversationId;
      const key = draftKeyOf(place, draftOwnerOf(latestPerson.current));
      drafts.restore(key, text);
      setRefusals((all) => new Map(all).set(key, refusal));
      const where = place === null ? "under New chat" : "where you wrote it";
      if (!isSeen) notify(`“${titleFrom(text)}” was not sent. It is a draft again, ${where}.`);
    },
  };
}
