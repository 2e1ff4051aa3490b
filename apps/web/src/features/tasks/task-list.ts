import { codePointLength, isBlank, limits, type Task } from "@holdfast/contract";

/** A task that is being added has this before its id until the server has given it one. */
const addedPrefix = "adding:";

/** Open ones first, as the server gives them; otherwise in the order they came. */
export function inOrder(tasks: readonly Task[]): Task[] {
  return [...tasks.filter((task) => !task.completed), ...tasks.filter((task) => task.completed)];
}

export function withAdded(tasks: readonly Task[], title: string, key: string): Task[] {
  const now = new Date().toISOString();
  const task = { id: addedPrefix + key, title, description: "", completed: false, createdAt: now, updatedAt: now };
  return inOrder([...tasks, task]);
}

export function withChanged(tasks: readonly Task[], id: string, change: Partial<Task>): Task[] {
  return inOrder(tasks.map((task) => (task.id === id ? { ...task, ...change } : task)));
}

export function without(tasks: readonly Task[], id: string): Task[] {
  return tasks.filter((task) => task.id !== id);
}

export function isBeingAdded(task: Task): boolean {
  return task.id.startsWith(addedPrefix);
}

export function countLeft(tasks: readonly Task[]): number {
  return tasks.filter((task) => !task.completed).length;
}

/** Why a title cannot be taken, in words; null where it can. */
export function titleProblem(title: string): string | null {
  if (isBlank(title)) return "Say what is to be done.";
  const over = codePointLength(title) - limits.taskTitleLength;
  return over > 0 ? `A task has at most ${limits.taskTitleLength} characters: these are ${over} too many.` : null;
}
