import type { LiveEvent } from "@holdfast/contract";
import { isSigningOut } from "../sign-out";
import { backoffMs } from "./backoff";
import { StandIn } from "./stand-in";

/** Opens one stream; calls `onEnd` when it has broken off or ended, whatever the reason. */
export type OpenStream = (handlers: { onEvent(event: LiveEvent): void; onEnd(reason: StreamEnd): void }) => {
  close(): void;
};
export type Connected = Extract<LiveEvent, { type: "connected" }>;
export type StreamEnd = "lost" | SessionEnd;
/** The session is over, or the browser has become somebody else's: nothing more is to be heard. */
export type SessionEnd = "signed-out" | "another-person";

export interface FeedOptions {
  open: OpenStream;
  /** What a stream would begin with now. */
  readSnapshot(): Promise<Connected>;
  /** Whether there is more to be heard soon. */
  isAnswering(): boolean;
  onEvent(event: LiveEvent): void;
  /** True from the first event of a stream until it is lost, and as long as what it would tell can be asked for. */
  onConnected(connected: boolean): void;
  onSessionEnd(end: SessionEnd): void;
}

/** A server that is there says so with the first event. After losses it gets longer: one that is slow is not to be asked all the more. */
const greetedWithinMs = 10_000;
const mostPatience = 3;

/**
 * Keeps one stream open: again after a loss, with growing pauses; at once when the network or the person comes back.
 * As long as there is none, what it would tell is asked for now and then: some networks hold streams back, and nothing else.
 * Nothing is tried while the browser says that there is no network.
 */
export function keepFeedOpen(options: FeedOptions): { close(): void } {
  const { open, onEvent, onConnected, onSessionEnd } = options;
  const standIn = new StandIn(options);
  let stream: { close(): void } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let lastTick = Date.now();

  function connect() {
    clearTimeout(timer);
    stream?.close();
    stream = null;
    if (navigator.onLine === false) return;
    if (isSigningOut()) return retry();
    standIn.begin();
    let current = true;
    // What is held up on its way, as by a proxy that gathers an answer before it passes it on, does not fail by itself.
    const patienceMs = greetedWithinMs * Math.min(failures + 1, mostPatience);
    const greeting = setTimeout(() => {
      current = false;
      lose("lost");
    }, patienceMs);
    const opened = open({
      onEvent(event) {
        if (!current) return;
        if (event.type === "connected") {
          clearTimeout(greeting);
          failures = 0;
          standIn.end();
          onConnected(true);
        }
        onEvent(event);
      },
      onEnd(reason) {
        if (!current) return;
        current = false;
        clearTimeout(greeting);
        lose(reason);
      },
    });
    stream = {
      close() {
        current = false;
        clearTimeout(greeting);
        opened.close();
      },
    };
  }

  function lose(reason: StreamEnd) {
    stream?.close();
    stream = null;
    if (!standIn.serves) onConnected(false);
    if (reason !== "lost") return onSessionEnd(reason);
    retry();
  }

  function retry() {
    failures++;
    clearTimeout(timer);
    timer = setTimeout(connect, backoffMs(failures));
  }

  function onOnline() {
    failures = 0;
    connect();
  }

  function onOffline() {
    clearTimeout(timer);
    standIn.end();
    stream?.close();
    stream = null;
    onConnected(false);
  }

  function onVisible() {
    if (document.visibilityState === "visible" && !stream) onOnline();
  }

  /** A machine that slept may hold a connection that nobody holds at the other end. */
  function noticeSleep() {
    const slept = Date.now() - lastTick > 45_000 && document.visibilityState === "visible";
    lastTick = Date.now();
    if (slept) connect();
  }

  const ticker = setInterval(noticeSleep, 10_000);
  const onVisibilityChange = () => {
    // A hidden page's timers are slow: that is no sleep.
    lastTick = Date.now();
    onVisible();
  };
  window.addEventListener("online", onOnline);
  window.addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisibilityChange);
  connect();
  return {
    close() {
      clearInterval(ticker);
      clearTimeout(timer);
      standIn.end();
      stream?.close();
      window.removeEventListener("online", onOnline);
      window.removeEventListener("offline", onOffline);
      document.removeEventListener("visibilitychange", onVisibilityChange);
    },
  };
}
