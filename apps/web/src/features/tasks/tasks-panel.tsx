"use client";

import { Plus, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from "react";
import type { TasksPanelProps } from "@/trpc/page-data";
import { IconButton } from "@/ui/icon-button";
import { countLeft, titleProblem } from "./task-list";
import { TaskRow } from "./task-row";
import styles from "./tasks-panel.module.css";
import { useTasks } from "./use-tasks";

/** The person's tasks beside the chat; they change as the assistant changes them. */
export function TasksPanel({ initial, person, onClose }: TasksPanelProps) {
  const { tasks, add, update, remove } = useTasks(initial, person);
  const field = useRef<HTMLInputElement>(null);
  const left = countLeft(tasks);
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!field.current) return;
    const title = field.current.value.trim();
    const found = titleProblem(title);
    setProblem(found);
    if (found !== null) return;
    field.current.value = "";
    const isAdded = await add(title);
    if (!isAdded && field.current?.value === "") field.current.value = title;
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (!window.matchMedia("(max-width: 960px)").matches) return;
    event.preventDefault();
    onClose();
  }

  return (
    <aside aria-label="Tasks" className={styles.panel} onKeyDown={onKeyDown}>
      <div className={styles.head}>
        <h2>Tasks</h2>
        <small aria-live="polite">{tasks.length > 0 && `${left} left`}</small>
        <IconButton label="Close tasks" className={styles.close} onClick={onClose}>
          <X size={18} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
      </div>
      {tasks.length === 0 ? (
        <p className={styles.empty}>Nothing to do. Add a task here, or ask for it in the chat.</p>
      ) : (
        <ul className={styles.list}>
          {tasks.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              onToggle={(completed) => void update(task.id, { completed })}
              onRename={(title) => void update(task.id, { title })}
              onRemove={() => {
                field.current?.focus();
                void remove(task.id);
              }}
            />
          ))}
        </ul>
      )}
      <form className={styles.add} onSubmit={(event) => void submit(event)}>
        <Plus size={18} strokeWidth={1.75} aria-hidden="true" />
        <input
          ref={field}
          aria-label="Add a task"
          aria-invalid={problem !== null || undefined}
          aria-describedby={problem === null ? undefined : problemId}
          placeholder="Add a task"
          autoComplete="off"
          enterKeyHint="done"
          dir="auto"
          onInput={() => setProblem(null)}
        />
      </form>
      {problem !== null && (
        <p role="alert" id={problemId} className={styles.problem}>
          {problem}
        </p>
      )}
    </aside>
  );
}
