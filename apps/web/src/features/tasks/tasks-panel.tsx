"use client";

import { Plus, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { TasksPanelProps } from "@/trpc/page-data";
import { IconButton } from "@/ui/icon-button";
import { countLeft, countProblem, titleProblem } from "./task-list";
import { TaskRow } from "./task-row";
import styles from "./tasks-panel.module.css";
import { useTasks } from "./use-tasks";

/** The person's tasks beside the chat; they change as the assistant changes them. */
export default function TasksPanel({ person, isDrawn, onClose }: TasksPanelProps) {
  const { tasks, refused, setRefused, add, update, remove } = useTasks(person);
  const field = useRef<HTMLInputElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  const left = countLeft(tasks);
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();

  useEffect(() => {
    // Not the field: a keyboard would come up over the tasks.
    if (isDrawn) closeButton.current?.focus();
  }, [isDrawn]);

  async function addOrGiveBack(title: string) {
    if (await add(title)) return;
    if (field.current?.value === "") field.current.value = title;
    else setRefused((before) => [...before, title]);
  }

  function addAgain(title: string, index: number) {
    setRefused((before) => before.filter((_, at) => at !== index));
    field.current?.focus();
    void addOrGiveBack(title);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!field.current) return;
    const title = field.current.value.trim();
    const found = titleProblem(title) ?? countProblem(tasks.length);
    setProblem(found);
    if (found !== null) return;
    field.current.value = "";
    void addOrGiveBack(title);
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
        <IconButton ref={closeButton} label="Close tasks" className={styles.close} onClick={onClose}>
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
      <form className={styles.add} onSubmit={submit}>
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
      {refused.map((title, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may have been refused twice, and none has a state
        <p key={index} className={styles.refused}>
          <span dir="auto">{title}</span>
          <button type="button" aria-label={`Add ${title} again`} onClick={() => addAgain(title, index)}>
            Add again
          </button>
        </p>
      ))}
    </aside>
  );
}
