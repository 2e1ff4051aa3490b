"use client";

import { useSyncExternalStore } from "react";
import styles from "./empty-state.module.css";

const tries = [
  {
    title: "Plan my week",
    text: "Turn a list of thoughts into tasks",
    prompt: "Add to my tasks: ",
  },
  {
    title: "Explain a piece of code",
    text: "Paste it, and ask what it does",
    prompt: "Explain what this code does, step by step:\n\n",
  },
  {
    title: "Write a difficult letter",
    text: "Say what it must achieve",
    prompt: "Help me write a difficult letter. It must achieve this: ",
  },
  { title: "What's left to do?", text: "Ask about your tasks", prompt: "What's left to do?" },
];

/** What one meets before the first message. */
export function EmptyState({ onTry }: { onTry(text: string): void }) {
  const greeting = useSyncExternalStore(
    neverChanges,
    () => greetingAt(new Date().getHours()),
    () => "Good day.",
  );
  return (
    <div className={styles.hero}>
      <h1>
        {greeting} <span>What shall we hold on to?</span>
      </h1>
      <div className={styles.tries}>
        {tries.map(({ title, text, prompt }) => (
          <button key={title} type="button" onClick={() => onTry(prompt)}>
            {title}
            <small>{text}</small>
          </button>
        ))}
      </div>
    </div>
  );
}

function greetingAt(hour: number): string {
  if (hour >= 5 && hour < 12) return "Good morning.";
  if (hour >= 12 && hour < 18) return "Good afternoon.";
  return "Good evening.";
}

function neverChanges() {
  return () => {};
}
