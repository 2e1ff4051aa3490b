"use client";

import { limits } from "@holdfast/contract";
import { type ChangeEvent, useState } from "react";
import { accountRequest } from "../account-request";
import { Section } from "./section";
import styles from "./settings.module.css";

interface Imported {
  conversations: number;
  messages: number;
  tasks: number;
}

type ImportState =
  | { step: "idle" | "running" }
  | { step: "done"; imported: Imported }
  | { step: "failed"; why: string };

export function DataSection() {
  const [state, setState] = useState<ImportState>({ step: "idle" });

  async function importFile(event: ChangeEvent<HTMLInputElement>) {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (!file) return;
    if (file.size > limits.importBytes) return setState({ step: "failed", why: "This file is too large." });
    setState({ step: "running" });
    const answer = await accountRequest<Imported>("POST", "/api/account/import", file);
    setState(answer.ok ? { step: "done", imported: answer.data } : { step: "failed", why: answer.failure.message });
  }

  return (
    <Section title="Your data" lead="Everything that is yours: conversations with their messages, and tasks.">
      <div className={styles.row}>
        <a href="/api/account/export?format=json" download className={styles.asButton}>
          Export as JSON
        </a>
        <a href="/api/account/export?format=markdown" download className={styles.asButton}>
          Export as Markdown
        </a>
        <label className={styles.asButton}>
          <input
            type="file"
            accept=".json,application/json"
            className={styles.hiddenInput}
            disabled={state.step === "running"}
            onChange={(event) => void importFile(event)}
          />
          Import a JSON export
        </label>
      </div>
      <div role="status">
        {state.step === "running" && <p>Importing…</p>}
        {state.step === "done" && <p className={styles.done}>{importedText(state.imported)}</p>}
        {state.step === "failed" && <p className={styles.failed}>{state.why}</p>}
      </div>
    </Section>
  );
}

function importedText({ conversations, messages, tasks }: Imported): string {
  const counts = [
    count(conversations, "conversation"),
    `with ${count(messages, "message")}`,
    `and ${count(tasks, "task")}`,
  ];
  return `Imported ${counts.join(" ")}.`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
