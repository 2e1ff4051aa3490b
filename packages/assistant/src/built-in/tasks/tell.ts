import type { DoneCall } from "../conversation.ts";
import { bullets, count, listed, plain } from "../phrases.ts";
import type { TaskChange } from "./intent.ts";
import { type KnownTask, type Picked, taskOf } from "./pick.ts";

/** The words in which the built-in assistant tells what came of it. */

export function tellAdded(calls: readonly DoneCall[]): string {
  const added = calls.map(taskOf).filter((task) => task !== null);
  const problems = problemsOf(calls);
  if (added.length === 0) return `I could not add that. ${problems}`;
  const [only] = added;
  const told =
    added.length === 1 && only
      ? `Added: **${plain(only.title)}**.`
      : `Added ${count(added.length, "task")}:\n\n${bullets(added.map(bold))}`;
  return problems === "" ? told : `${told}\n\nThe rest failed. ${problems}`;
}

export const emptyList = {
  open: "Nothing is left to do. Tell me *add …* when something comes up.",
  completed: "Nothing is done yet. Tell me *done with …* when it is.",
  all: "Your list is empty. Tell me, for example, *add buy milk and call mum*.",
};

export function tellDone(
  intent: TaskChange,
  targets: readonly KnownTask[],
  tasks: readonly KnownTask[],
  made: readonly DoneCall[],
): string {
  const worked = targets.filter(({ id }) => made.some((call) => !call.failed && call.input.taskId === id));
  const problems = problemsOf(made);
  if (worked.length === 0) return `That did not work. ${problems}`;
  const names = worked.length > 3 ? `\n\n${bullets(worked.map(bold))}\n\n` : `${listed(worked.map(bold))}. `;
  const told = {
    complete: `Done: ${names}${tellLeft(tasks.filter((task) => !task.completed && !worked.includes(task)).length)}`,
    reopen: `Open again: ${names}`,
    delete: `Deleted: ${names}`,
    rename: `Renamed: ${listed(worked.map(bold))} is now **${plain(intent.do === "rename" ? intent.title : "")}**.`,
  }[intent.do].trim();
  return problems === "" ? told : `${told}\n\nThe rest did not work. ${problems}`;
}

function tellLeft(open: number): string {
  return open === 0 ? "Nothing is left: well done." : `${open} left.`;
}

export function tellUnclear(picked: Exclude<Picked, { tasks: unknown }>, tasks: readonly KnownTask[]): string {
  if ("several" in picked)
    return `Which one do you mean by “${plain(picked.name)}”?\n\n${bullets(picked.several.map(bold))}`;
  if (tasks.length === 0)
    return "Your task list is empty, so there is nothing to change. Tell me *add …* to begin one.";
  const open = tasks.filter((task) => !task.completed).slice(0, 10);
  const words = `I find no task for “${plain(picked.unknown)}”, so I have changed nothing.`;
  return open.length === 0 ? words : `${words} These are open:\n\n${bullets(open.map(bold))}`;
}

export function nothingToDo(intent: TaskChange): string {
  switch (intent.do) {
    case "delete":
      return "There is nothing of that kind to delete.";
    case "complete":
      return "Nothing is open: all of it is done.";
    case "reopen":
      return "Nothing is done yet, so there is nothing to reopen.";
    case "rename":
      return "There is no such task to rename.";
    default:
      return intent satisfies never;
  }
}

/** Asked for before more than one task is deleted; the next message is read against it. */
export const question = "Say **yes** and I delete them.";

export function askToDelete(tasks: readonly KnownTask[]): string {
  return `That deletes ${count(tasks.length, "task")}, for good:\n\n${bullets(tasks.map(bold))}\n\n${question}`;
}

export function problemsOf(calls: readonly DoneCall[]): string {
  const words = calls
    .filter((call) => call.failed)
    .map((call) => (typeof call.result === "string" ? call.result : "The tool failed."));
  return [...new Set(words)].map(plain).join(" ");
}

function bold(task: KnownTask): string {
  return `**${plain(task.title)}**`;
}
