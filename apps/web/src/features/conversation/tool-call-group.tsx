"use client";

import type { LiveToolCall } from "@holdfast/contract";
import { ListChecks, ListPlus, ListX, PencilLine, TriangleAlert, Wrench } from "lucide-react";
import { useState } from "react";
import styles from "./tool-call.module.css";
import { toolGist, toolWords, toReadable } from "./tool-words";

/** What a tool was asked and what it said: one line, and all of it on demand. */
export function ToolCallGroup({ call }: { call: LiveToolCall }) {
  const [isOpen, setOpen] = useState(false);
  const words = toolWords(call.name);
  const Icon = call.status === "failed" ? TriangleAlert : iconOf(call.name);
  return (
    <details
      aria-label={words}
      data-status={call.status}
      className={styles.call}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className={styles.line}>
        <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
        <span>{words}</span>
        <em>{noteOf(call)}</em>
      </summary>
      {isOpen && (
        <dl className={styles.more}>
          <dt>Arguments</dt>
          <dd>
            <pre>{toReadable(call.arguments)}</pre>
          </dd>
          {call.status !== "running" && (
            <>
              <dt>{call.status === "failed" ? "What went wrong" : "Result"}</dt>
              <dd>
                <pre>{toReadable(call.result)}</pre>
              </dd>
            </>
          )}
        </dl>
      )}
    </details>
  );
}

function noteOf(call: LiveToolCall): string {
  switch (call.status) {
    case "running":
      return "Running…";
    case "failed":
      return "Failed";
    case "completed":
      return toolGist(call.arguments);
    default:
      return call.status satisfies never;
  }
}

function iconOf(name: string) {
  if (/add|create/.test(name)) return ListPlus;
  if (/delete|remove/.test(name)) return ListX;
  if (/update|rename|edit/.test(name)) return PencilLine;
  return /task|list/.test(name) ? ListChecks : Wrench;
}
