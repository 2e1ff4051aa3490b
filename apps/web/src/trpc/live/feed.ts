import type { LiveEvent } from "@holdfast/contract";
import { isSigningOut } from "../sign-out";
import { backoffMs } from "./backoff";

/** Opens one stream; calls `onEnd` when it has broken off or ended, whatever the reason. */
export type OpenStream = (handlers: { onEvent(event: LiveEvent): void; onEnd(reason: StreamEnd): void }) => {
  close(): void;
};
export type StreamEnd = "lost" | SessionEnd;
/** The session is over, or the browser has become somebody else's: nothing more is to be heard. */
export type SessionEnd = "signed-out" | "another-person";

interface FeedOptions {
  open: OpenStream;
  onEvent(event: LiveEvent): void;
  /** True from the first event of a stream until it is lost. */
  onConnected(connected: boolean): void;
  onSessionEnd(end: SessionEnd): void;
}

/** A server that is there says so with the first event. After losses it gets longer: one that is slow is not to be asked all the more. */
const greetedWithinMs = 10_000;
const mostPatience = 3;

/**
 * Keeps one stream open: again after a loss, with growing pauses; at once when the network or the person comes back.
 * Nothing is tried while the browser says that there is no network.
 */
export function keepFeedOpen({ open, onEvent, onConnected, onSessionEnd }: FeedOptions): { close(): void } {
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
    onConnected(false);
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
      stream?.close();
      window.removeEventListener("online", onOnline);
      window.removeEventListener("offline", onOffline);
      document.removeEventListener("visibilitychange", onVisibilityChange);
    },
  };
}
