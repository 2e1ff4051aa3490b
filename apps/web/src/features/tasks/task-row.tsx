"use client";

import type { Task } from "@holdfast/contract";
import { PencilLine, Trash2 } from "lucide-react";
import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { isBeingAdded, titleProblem } from "./task-list";
import styles from "./tasks-panel.module.css";

interface TaskRowProps {
  task: Task;
  onToggle(completed: boolean): void;
  onRename(title: string): void;
  onRemove(): void;
}

export function TaskRow({ task, onToggle, onRename, onRemove }: TaskRowProps) {
  const [isEditing, setEditing] = useState(false);
  const editButton = useRef<HTMLButtonElement>(null);
  const { title, completed } = task;
  const isNew = isBeingAdded(task);

  function endEditing(edited: string | null, isByKey: boolean) {
    setEditing(false);
    if (edited !== null && edited !== title) onRename(edited);
    // Whoever has left the field for elsewhere stays there.
    if (isByKey) requestAnimationFrame(() => editButton.current?.focus());
  }

  return (
    <li className={styles.row} data-completed={completed || undefined}>
      <input
        type="checkbox"
        className={styles.box}
        aria-label={title}
        checked={completed}
        disabled={isNew}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      {isEditing ? (
        <EditTask title={title} onEnd={endEditing} />
      ) : (
        <>
          <span className={styles.words} dir="auto">
            {title}
            {task.description !== "" && <small>{task.description}</small>}
          </span>
          {!isNew && (
            <span className={styles.tools}>
              <button
                ref={editButton}
                type="button"
                aria-label={`Edit ${title}`}
                title="Edit"
                onClick={() => setEditing(true)}
              >
                <PencilLine size={15} strokeWidth={1.75} aria-hidden="true" />
              </button>
              <button type="button" aria-label={`Delete ${title}`} title="Delete" onClick={onRemove}>
                <Trash2 size={15} strokeWidth={1.75} aria-hidden="true" />
              </button>
            </span>
          )}
        </>
      )}
    </li>
  );
}

function EditTask({ title, onEnd }: { title: string; onEnd(edited: string | null, isByKey: boolean): void }) {
  const field = useRef<HTMLInputElement>(null);
  const hasEnded = useRef(false);
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();
  useLayoutEffect(() => {
    field.current?.select();
  }, []);

  function end(edited: string | null, isByKey: boolean) {
    if (hasEnded.current) return;
    hasEnded.current = true;
    onEnd(edited, isByKey);
  }

  function save(typed: string, isByKey: boolean) {
    const edited = typed.trim();
    const found = titleProblem(edited);
    setProblem(found);
    if (found === null) end(edited, isByKey);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") save(event.currentTarget.value, true);
    else end(null, true);
  }

  return (
    <span className={styles.editing}>
      <input
        ref={field}
        className={styles.edit}
        aria-label="Task title"
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem === null ? undefined : problemId}
        defaultValue={title}
        autoComplete="off"
        dir="auto"
        onKeyDown={onKeyDown}
        onInput={() => setProblem(null)}
        onBlur={(event) => save(event.currentTarget.value, false)}
      />
      {problem !== null && (
        <small role="alert" id={problemId} className={styles.problem}>
          {problem}
        </small>
      )}
    </span>
  );
}
