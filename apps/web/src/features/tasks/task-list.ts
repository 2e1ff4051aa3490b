import { codePointLength, isBlank, limits, type Task } from "@holdfast/contract";

/** A task that is being added has this before its id until the server has given it one. */
const addedPrefix = "adding:";

/** The server's list as it was read, and the moment at which the reading began. */
export interface ReadList {
  tasks: readonly Task[];
  readFrom: number;
}

export type Change =
  /** `known` are the tasks that were there when it was asked for; `task` is what the server has made of it. */
  | { kind: "add"; title: string; known: readonly string[]; at: string; task?: Task }
  | { kind: "update"; id: string; update: { title?: string; completed?: boolean } }
  | { kind: "remove"; id: string };

/** A change that was asked for here, which a list that was read may or may not have in it. */
export interface ChangeUnderWay {
  key: string;
  change: Change;
  /** The moment of the server's answer. */
  answeredAt: number | null;
}

/** What a list that was begun to be read before their answer may not have. */
export function stillDue(changes: readonly ChangeUnderWay[], list: ReadList | undefined): ChangeUnderWay[] {
  return changes.filter(({ answeredAt }) => answeredAt === null || !list || list.readFrom < answeredAt);
}

/** The server's list as it will be, once it has all that is under way. */
export function withChanges(list: ReadList | undefined, changes: readonly ChangeUnderWay[]): Task[] {
  // What a list brings before its addition is answered is that addition, and each brings one.
  const arrived = new Set<string>();
  const tasks = stillDue(changes, list).reduce<readonly Task[]>(
    (soFar, { key, change }) => withChange(soFar, key, change, arrived),
    list?.tasks ?? [],
  );
  return inOrder(tasks);
}

function withChange(tasks: readonly Task[], key: string, change: Change, arrived: Set<string>): readonly Task[] {
  switch (change.kind) {
    case "add": {
      const there = tasks.find((task) => !arrived.has(task.id) && isAdditionOf(change, task));
      const task = there ?? change.task ?? beingAdded(key, change);
      arrived.add(task.id);
      return there ? tasks : [...tasks, task];
    }
    case "update":
      return tasks.map((task) => (task.id === change.id ? { ...task, ...change.update } : task));
    case "remove":
      return tasks.filter((task) => task.id !== change.id);
  }
}

function isAdditionOf(change: Change & { kind: "add" }, task: Task): boolean {
  if (change.task) return change.task.id === task.id;
  return task.title === change.title && !isBeingAdded(task) && !change.known.includes(task.id);
}

function beingAdded(key: string, { title, at }: Change & { kind: "add" }): Task {
  return { id: addedPrefix + key, title, description: "", completed: false, createdAt: at, updatedAt: at };
}

/** Open ones first, as the server gives them; otherwise in the order they came. */
function inOrder(tasks: readonly Task[]): Task[] {
  return [...tasks.filter((task) => !task.completed), ...tasks.filter((task) => task.completed)];
}

export function isBeingAdded(task: Task): boolean {
  return task.id.startsWith(addedPrefix);
}

export function countLeft(tasks: readonly Task[]): number {
  return tasks.filter((task) => !task.completed).length;
}

/** Why no task can be added to so many, in words; null where one can. */
export function countProblem(count: number): string | null {
  if (count < limits.tasksPerPerson) return null;
  return `A list has at most ${limits.tasksPerPerson.toLocaleString("en")} tasks: delete some to add more.`;
}

/** Why a title cannot be taken, in words; null where it can. */
export function titleProblem(title: string): string | null {
  if (isBlank(title)) return "Say what is to be done.";
  const over = codePointLength(title) - limits.taskTitleLength;
  return over > 0 ? `A task has at most ${limits.taskTitleLength} characters: these are ${over} too many.` : null;
}
