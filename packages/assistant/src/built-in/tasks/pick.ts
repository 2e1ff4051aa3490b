import type { Json, Task } from "@holdfast/contract";
import type { DoneCall, Exchange } from "../conversation.ts";
import { bareName, type Target } from "./target.ts";

export type KnownTask = Pick<Task, "id" | "title" | "completed">;

/** Either all of what was meant, or what cannot be told. */
export type Picked = { tasks: KnownTask[] } | { unknown: string } | { several: KnownTask[]; name: string };

interface Sight {
  tasks: readonly KnownTask[];
  /** Ids in the order in which they were last shown with numbers; ordinals mean that list, or the present one. */
  shown: readonly string[];
  /** The id of the task that was last spoken about. */
  touched: string | null;
  /** Tasks that are probably meant: completing, somebody means an open one. */
  likely: (task: KnownTask) => boolean;
}

export function pick(targets: readonly Target[], sight: Sight): Picked {
  const tasks: KnownTask[] = [];
  for (const target of targets) {
    const found = pickOne(target, sight);
    if (!("tasks" in found)) return found;
    tasks.push(...found.tasks);
  }
  return { tasks: tasks.filter((task, index) => tasks.findIndex(({ id }) => id === task.id) === index) };
}

function pickOne(target: Target, sight: Sight): Picked {
  const { tasks } = sight;
  switch (target.by) {
    case "all":
      return {
        tasks: tasks.filter((task) => target.status === "any" || task.completed === (target.status === "completed")),
      };
    case "it":
      return oneOf(
        tasks.find(({ id }) => id === sight.touched),
        "it",
      );
    case "number":
    case "number-from-end":
      return numbered(target, sight);
    case "name":
      return named(target.name, sight);
    default:
      return target satisfies never;
  }
}

function numbered(target: { by: "number" | "number-from-end"; n: number }, { tasks, shown, likely }: Sight): Picked {
  const index = (length: number) => (target.by === "number" ? target.n - 1 : length - target.n);
  const id = shown[index(shown.length)];
  const present = tasks.some(likely) ? tasks.filter(likely) : tasks;
  const task = id === undefined ? present[index(present.length)] : tasks.find((one) => one.id === id);
  return oneOf(task, target.by === "number" ? `number ${target.n}` : "the last one");
}

function oneOf(task: KnownTask | undefined, name: string): Picked {
  return task ? { tasks: [task] } : { unknown: name };
}

/** By the whole name; else as several names joined with commas and "and". */
function named(name: string, sight: Sight): Picked {
  const whole = byName(name, sight);
  if ("tasks" in whole || "several" in whole) return whole;
  const names = name
    .split(/\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+/iu)
    .map(bareName)
    .filter(Boolean);
  if (names.length < 2) return whole;
  const found = names.map((one) => byName(one, sight));
  const missing = found.find((one) => !("tasks" in one));
  return missing ?? { tasks: found.flatMap((one) => ("tasks" in one ? one.tasks : [])) };
}

function byName(name: string, { tasks, likely }: Sight): Picked {
  const wanted = words(name);
  const closeness = (task: KnownTask) => {
    const title = words(task.title);
    if (title.join(" ") === wanted.join(" ")) return 3;
    if (` ${title.join(" ")} `.includes(` ${wanted.join(" ")} `)) return 2;
    return wanted.length > 0 && wanted.every((word) => title.some((other) => other.startsWith(stem(word)))) ? 1 : 0;
  };
  const best = Math.max(0, ...tasks.map(closeness));
  if (best === 0) return { unknown: name };
  const found = tasks.filter((task) => closeness(task) === best);
  const probable = found.some(likely) ? found.filter(likely) : found;
  // Two of one name are alike: then it is the older one.
  const isClear = probable.every((task) => task.title === probable[0]?.title);
  return isClear ? { tasks: probable.slice(0, 1) } : { several: probable, name };
}

function words(text: string): string[] {
  return text
    .toLowerCase()
    .normalize("NFKC")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "" && word !== "the" && word !== "a");
}

/** "watering" means "water". */
function stem(word: string): string {
  return word.length > 5 ? word.replace(/ing$/u, "") : word;
}

/** The tasks of a `list_tasks` result. */
export function tasksOf(call: DoneCall | undefined): KnownTask[] | null {
  if (!call || call.failed) return null;
  const list = field(call.result, "tasks");
  return Array.isArray(list) ? list.filter(isTask) : null;
}

/** The task that a call changed. */
export function taskOf(call: DoneCall): KnownTask | null {
  const task = field(call.result, "task");
  return !call.failed && isTask(task) ? task : null;
}

/** Ids in the order in which the person last saw them with numbers. */
export function lastShown(earlier: readonly Exchange[]): string[] {
  for (const { calls, said } of earlier.toReversed()) {
    const tasks = tasksOf(calls.findLast((call) => call.name === "list_tasks"));
    if (tasks !== null && /^1\. /mu.test(said)) return tasks.map(({ id }) => id);
  }
  return [];
}

export function lastTouched(earlier: readonly Exchange[]): string | null {
  for (const { calls } of earlier.toReversed()) {
    const touched = calls.map(taskOf).findLast((task) => task !== null);
    if (touched) return touched.id;
  }
  return null;
}

function field(value: Json, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function isTask(value: unknown): value is KnownTask {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, completed } = value as Record<string, unknown>;
  return typeof id === "string" && typeof title === "string" && typeof completed === "boolean";
}
