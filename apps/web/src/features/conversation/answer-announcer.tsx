"use client";

import type { TurnView } from "@holdfast/contract";
import { useEffect, useRef, useState } from "react";
import { VisuallyHidden } from "@/ui/visually-hidden";

/** When what the person does about the answer is done, and long enough for a screen reader to take it; nobody meets it twice. */
const delayMs = 600;
const shownMs = 400;
const longest = 2_000;

/** Says a new answer once, when it is finished, to those who cannot see it come. */
export function AnswerAnnouncer({ turn }: { turn: TurnView | null }) {
  const [text, setText] = useState("");
  const [isShown, setShown] = useState(false);
  const running = useRef<string | null>(null);
  useEffect(() => {
    if (!turn) return;
    if (turn.status === "running") {
      running.current = turn.id;
      return;
    }
    if (running.current !== turn.id) return;
    running.current = null;
    if (turn.status === "completed" || turn.status === "stopped") setText(toSpeech(turn));
  }, [turn]);
  useEffect(() => {
    if (text === "") return;
    const showing = setTimeout(() => setShown(true), delayMs);
    const ending = setTimeout(() => {
      setShown(false);
      setText("");
    }, delayMs + shownMs);
    return () => {
      clearTimeout(showing);
      clearTimeout(ending);
    };
  }, [text]);
  return <VisuallyHidden aria-live="polite">{isShown ? text : ""}</VisuallyHidden>;
}

/** The words without their markup. */
function toSpeech(turn: TurnView): string {
  const source = turn.steps.map((step) => step.content).join("\n");
  const plain = source
    .replace(/```[^\n]*\n?/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`#>|~]+/g, "");
  return `Answer: ${plain.trim().slice(0, longest)}`;
}
