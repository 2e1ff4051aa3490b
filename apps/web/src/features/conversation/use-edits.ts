"use client";

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLatest } from "@/ui/use-latest";
import { openKeptEdits } from "./kept-edits";

/** An edit that has begun. Lives here, for its row leaves the document when it is far from what is read. */
export interface Edit {
  messageId: string;
  /** What has become of the text; null where nothing was typed yet. */
  text: string | null;
  /** Where the browser keeps it; null for what is kept nowhere. */
  key: string | null;
  isSubmitting: boolean;
  isOver: boolean;
}

type Edits = ReadonlyMap<string, Edit>;

/** One edit for each conversation: what is typed in it survives the page. */
export function useEdits(conversationId: string | null) {
  const [kept] = useState(openKeptEdits);
  const [edits, setEdits] = useState<Edits>(new Map());
  const current = conversationId === null ? undefined : edits.get(conversationId);
  const latest = useLatest(edits);

  // Only when a conversation opens for the first time: later, what another tab is about stays there.
  const opened = useRef(new Set<string>());
  useLayoutEffect(() => {
    if (conversationId === null || opened.current.has(conversationId)) return;
    opened.current.add(conversationId);
    const left = kept.find(conversationId);
    if (left) setEdits((all) => new Map([[conversationId, begun(left)], ...all]));
  }, [conversationId, kept]);

  useEffect(() => {
    // Another tab has taken it over, or thrown it away. Here it goes on.
    function putBack({ key, newValue }: StorageEvent) {
      if (newValue !== null) return;
      for (const [id, { messageId, text }] of latest.current) {
        if (key === kept.ownKey(id) && text !== null) kept.write(id, { key, messageId, text });
      }
    }
    kept.removeOld();
    window.addEventListener("storage", putBack);
    return () => window.removeEventListener("storage", putBack);
  }, [kept, latest]);

  const end = useCallback(
    (edit: Edit) => {
      edit.isOver = true;
      kept.remove(edit.key);
      setEdits((all) => new Map([...all].filter(([, one]) => one !== edit)));
    },
    [kept],
  );
  const begin = useCallback(
    (messageId: string) => {
      if (conversationId === null) return;
      if (current) end(current);
      setEdits((all) => new Map(all).set(conversationId, begun({ messageId, text: null, key: null })));
    },
    [conversationId, current, end],
  );
  const keep = useCallback(
    (text: string) => {
      if (conversationId === null || !current) return;
      // At first it is told of the text as it was sent: that is in the message.
      if (current.text !== null) current.key = kept.write(conversationId, { ...current, text });
      current.text = text;
    },
    [conversationId, current, kept],
  );
  return { current, begin, end, keep };
}

function begun(edit: Pick<Edit, "messageId" | "text" | "key">): Edit {
  return { ...edit, isSubmitting: false, isOver: false };
}
