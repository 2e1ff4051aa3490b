"use client";

import { Cpu } from "lucide-react";
import { useRef, useState, useSyncExternalStore } from "react";
import { Menu } from "@/ui/menu";
import styles from "./composer.module.css";
import type { ModelChoice } from "./use-model-choice";

/** Only where there is a choice. */
export function ModelPicker({ choice }: { choice: ModelChoice }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // What this browser remembers, the server's render could not know.
  const inBrowser = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  if (choice.models.length < 2) return null;
  const items = choice.models.map(({ id, name }) => ({
    label: id === "built-in" ? `${name} (${id})` : id,
    checked: id === choice.current,
    onSelect: () => choice.choose(id),
  }));
  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles.model}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Cpu size={18} strokeWidth={1.75} aria-hidden="true" />
        <span>Model: {inBrowser ? choice.nameOf(choice.current) : "…"}</span>
      </button>
      {isOpen && <Menu label="Model" items={items} anchor={button} onClose={() => setOpen(false)} />}
    </>
  );
}

function neverChanges() {
  return () => {};
}
