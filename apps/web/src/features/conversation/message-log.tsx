"use client";

import type { TurnView } from "@holdfast/contract";
import { ArrowDown } from "lucide-react";
import { useCallback, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { askAgainAfter } from "@/trpc/client";
import { type DaysOf, withDays } from "./days";
import { type Entry, holdsMessage } from "./entries";
import { LogEntry } from "./log-entry";
import styles from "./message-log.module.css";
import type { Transcript } from "./transcript";
import type { Branch } from "./use-branch";
import { useLogScroll } from "./use-log-scroll";
import { usePrinting } from "./use-printing";
import { useTarget } from "./use-target";
import { useWindow } from "./use-window";

interface MessageLogProps {
  entries: readonly Entry[];
  transcript: Transcript | undefined;
  failed: boolean;
  branch: Branch;
  modelName(id: string): string;
  onLoad(what: "older" | "newer" | "newest" | { around: string }): Promise<void>;
  onAskAgain(prompt: string): void;
  onRetry(turn: TurnView): void;
}

export function MessageLog({
  entries: all,
  transcript,
  failed,
  branch,
  modelName,
  onLoad,
  onAskAgain,
  onRetry,
}: MessageLogProps) {
  const daysOf = useSyncExternalStore(neverChanges, ofTheBrowser, ofTheServer);
  const entries = useMemo(() => withDays(all, daysOf), [all, daysOf]);
  const scroller = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const isPrinting = usePrinting();
  const { extent, before, after, update, show } = useWindow({ entries, scroller, column, isWhole: isPrinting });
  // A page that does not come is asked for again after a while: at the very start there is nothing left to scroll.
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  const load = (what: "older" | "newer" | "newest") =>
    void onLoad(what).catch((error) => {
      clearTimeout(again.current);
      again.current = askAgainAfter(error, lookAgain);
    });
  const isCut = transcript?.newerCursor != null;
  const { isAway, onScroll, toEnd, lookAgain } = useLogScroll({
    scroller,
    column,
    isCut,
    update,
    onNearStart: () => transcript?.olderCursor != null && load("older"),
    onNearEnd: () => transcript?.newerCursor != null && load("newer"),
  });
  const { target, leave } = useTarget({ entries, scroller, show, isLoaded: transcript !== undefined, load: onLoad });
  const goToEnd = useCallback(() => {
    leave();
    toEnd();
  }, [leave, toEnd]);
  useFollowOwn(all, goToEnd);

  function scrollToBottom() {
    if (isCut) load("newest");
    goToEnd();
    scroller.current?.focus({ preventScroll: true });
  }

  return (
    <div className={styles.place}>
      <div
        ref={scroller}
        role="log"
        aria-label="Messages"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className={styles.log}
        onScroll={onScroll}
      >
        <div ref={column} className={styles.column}>
          {transcript === undefined && !failed && <p className={styles.loading}>Loading…</p>}
          {transcript === undefined && failed && (
            <p className={styles.loading}>The messages could not be read. They come as soon as they can.</p>
          )}
          {transcript?.olderCursor != null && extent.start === 0 && (
            <p className={styles.loading}>{isPrinting ? earlierOnPaper : "Loading older messages…"}</p>
          )}
          {before > 0 && <div style={{ height: before }} />}
          {entries.slice(extent.start, extent.end).map((entry) => (
            <LogEntry
              key={entry.key}
              entry={entry}
              isTarget={target !== null && holdsMessage(entry, target)}
              branch={branch}
              modelName={modelName}
              onAskAgain={onAskAgain}
              onRetry={onRetry}
            />
          ))}
          {after > 0 && <div style={{ height: after }} />}
          {isCut && extent.end === entries.length && <p className={styles.loading}>Loading newer messages…</p>}
        </div>
      </div>
      {(isAway || isCut) && (
        <button
          type="button"
          className={styles.toEnd}
          aria-label="Scroll to bottom"
          title="Scroll to bottom"
          onClick={scrollToBottom}
        >
          <ArrowDown size={18} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

/** Of a long conversation only a part has been read from the server. */
const earlierOnPaper = "Earlier messages are not printed here. The conversation’s export has all of them.";

/** Who sends wants to see it arrive. */
function useFollowOwn(entries: readonly Entry[], toEnd: () => void) {
  const last = entries.findLast((entry) => entry.kind === "prompt");
  const sent = last?.kind === "prompt" && last.sending !== null ? last.key : null;
  useLayoutEffect(() => {
    if (sent !== null) toEnd();
  }, [sent, toEnd]);
}

const ofTheBrowser = (): DaysOf => "here";
const ofTheServer = (): DaysOf => "UTC";

function neverChanges() {
  return () => {};
}
