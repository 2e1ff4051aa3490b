import type { LiveEvent, TurnView } from "@holdfast/contract";
import { type FeedOptions, keepFeedOpen, type SessionEnd } from "./feed";
import { standForLeader } from "./leadership";

/** What tabs tell each other. Nothing of it reaches another person's tabs: the channel is named after the user. */
type TabMessage =
  | { type: "event"; event: LiveEvent }
  | { type: "connected"; connected: boolean }
  | { type: "session-end"; end: SessionEnd }
  /** A tab that has just opened asks for what the leader knows; also the question whether anybody leads. */
  | { type: "hello"; from: string }
  | { type: "welcome"; to: string; connected: boolean; running: TurnView[] };

interface LiveConnectionOptions extends Omit<FeedOptions, "isAnswering"> {
  userId: string;
  running(): TurnView[];
}

const askEveryMs = 10_000;
const answerWithinMs = 4_000;

/** The events of one person in one tab: from the stream that this tab holds, or from the tab that does. */
export function startLiveConnection(options: LiveConnectionOptions): { close(): void } {
  const name = `holdfast-live-${options.userId}`;
  const self = Math.random().toString(36).slice(2);
  const channel = typeof BroadcastChannel === "function" && navigator.locks ? new BroadcastChannel(name) : null;
  const tell = (message: TabMessage) => channel?.postMessage(message);
  let leads = false;
  let connected = false;
  let welcomed = false;
  let overdue: ReturnType<typeof setTimeout> | undefined;

  function setConnected(next: boolean) {
    connected = next;
    options.onConnected(next);
  }

  function lead() {
    leads = true;
    clearTimeout(overdue);
    const feed = keepFeedOpen({
      ...options,
      isAnswering: () => options.running().length > 0,
      onEvent(event) {
        tell({ type: "event", event });
        options.onEvent(event);
      },
      onConnected(next) {
        tell({ type: "connected", connected: next });
        setConnected(next);
      },
      onSessionEnd(end) {
        tell({ type: "session-end", end });
        options.onSessionEnd(end);
      },
    });
    return () => {
      leads = false;
      welcomed = false;
      feed.close();
    };
  }

  function receive(message: TabMessage) {
    if (message.type === "hello") {
      if (leads) tell({ type: "welcome", to: message.from, connected, running: options.running() });
    } else if (leads) {
      // The last words of the leader before.
    } else if (message.type === "event") options.onEvent(message.event);
    else if (message.type === "connected") setConnected(message.connected);
    else if (message.type === "session-end") options.onSessionEnd(message.end);
    else if (message.to === self) greet(message.connected, message.running);
  }

  function greet(isConnected: boolean, running: TurnView[]) {
    clearTimeout(overdue);
    overdue = undefined;
    if (isConnected !== connected) setConnected(isConnected);
    // What happened before this tab listened it must read, once; from then on it hears everything.
    if (isConnected && !welcomed) options.onEvent({ type: "connected", running });
    welcomed = welcomed || isConnected;
  }

  function ask() {
    if (leads || overdue || document.visibilityState !== "visible") return;
    tell({ type: "hello", from: self });
    overdue = setTimeout(() => {
      overdue = undefined;
      if (document.visibilityState === "visible") candidacy.takeOver();
    }, answerWithinMs);
  }

  /** What was told while this tab could not listen it must read, as at its beginning. */
  function wake() {
    welcomed = false;
    ask();
  }

  /** Back from the browser's memory of pages; the first showing of one is its beginning. */
  function onShow(event: PageTransitionEvent) {
    if (event.persisted) wake();
  }

  channel?.addEventListener("message", (message: MessageEvent<TabMessage>) => receive(message.data));
  const candidacy = standForLeader(name, { lead });
  const asking = channel ? setInterval(ask, askEveryMs) : undefined;
  if (channel) tell({ type: "hello", from: self });
  // The tab that leads may sleep without having said so: whoever is looked at finds out at once.
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("resume", wake);
  window.addEventListener("pageshow", onShow);
  return {
    close() {
      document.removeEventListener("visibilitychange", ask);
      document.removeEventListener("resume", wake);
      window.removeEventListener("pageshow", onShow);
      clearInterval(asking);
      clearTimeout(overdue);
      candidacy.withdraw();
      channel?.close();
    },
  };
}
