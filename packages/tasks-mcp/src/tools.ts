import type { Task } from "@holdfast/contract";
import { taskDescription, taskTitle } from "@holdfast/contract/schemas";
import { z } from "zod";
import type { TaskStore } from "./task-store.ts";

export interface TaskTool {
  name: string;
  description: string;
  /** Whose tasks is never an argument: that is the token's to say. */
  input: z.ZodObject;
  readOnly: boolean;
  run(store: TaskStore, input: unknown): Promise<{ [key: string]: unknown }>;
}

/** What a tool says when it cannot do what it was asked, in words for the model and the person. */
export class ToolProblem extends Error {
  override readonly name = "ToolProblem";
}

const listLimit = 200;
const taskId = z.string().describe("The task's id, as list_tasks or add_task gave it");

/** All tools. A new one is an entry here, and its test. */
export const taskTools: readonly TaskTool[] = [
  tool({
    name: "add_task",
    description: "Adds one task to the person's list. Call it once for each task.",
    input: {
      title: taskTitle.describe("What is to be done, in a few words"),
      description: taskDescription.optional().describe("More about it, if the person said more"),
    },
    async run(store, { title, description = "" }) {
      const task = await store.add({ title: title.trim(), description });
      if (task === null)
        throw new ToolProblem("The list is full. Delete tasks that are done, if the person wants that.");
      return { task };
    },
  }),
  tool({
    name: "list_tasks",
    description: "Lists the person's tasks with their ids: open ones first, each oldest first.",
    readOnly: true,
    input: { status: z.enum(["all", "open", "completed"]).optional().describe("Which ones; all without it") },
    async run(store, { status = "all" }) {
      const filter = status === "all" ? {} : { completed: status === "completed" };
      const { tasks, total } = await store.list({ ...filter, limit: listLimit });
      return { tasks, total };
    },
  }),
  tool({
    name: "update_task",
    description: "Changes the title or the description of a task.",
    input: { taskId, title: taskTitle.optional(), description: taskDescription.optional() },
    async run(store, { taskId: id, title, description }) {
      if (title === undefined && description === undefined)
        throw new ToolProblem("Say what is to change: title or description.");
      return existing(id, () => store.update(id, { title: title?.trim(), description }));
    },
  }),
  tool({
    name: "complete_task",
    description: "Marks a task as done.",
    input: { taskId },
    run: (store, { taskId: id }) => existing(id, () => store.update(id, { completed: true })),
  }),
  tool({
    name: "reopen_task",
    description: "Marks a task that was done as open again.",
    input: { taskId },
    run: (store, { taskId: id }) => existing(id, () => store.update(id, { completed: false })),
  }),
  tool({
    name: "delete_task",
    description: "Deletes a task for good. Ask the person before deleting more than one.",
    input: { taskId },
    async run(store, { taskId: id }) {
      const { task } = await existing(id, () => store.remove(id));
      return { deleted: task };
    },
  }),
];

/** A malformed id, one that does not exist and one of somebody else are the same to the one who asks. */
async function existing(id: string, act: () => Promise<Task | null>): Promise<{ task: Task }> {
  const task = z.guid().safeParse(id).success ? await act() : null;
  if (task === null) throw new ToolProblem("There is no such task.");
  return { task };
}

interface ToolDefinition<Shape extends z.ZodRawShape> {
  name: string;
  description: string;
  input: Shape;
  readOnly?: boolean;
  run(store: TaskStore, input: z.output<z.ZodObject<Shape>>): Promise<{ [key: string]: unknown }>;
}

function tool<Shape extends z.ZodRawShape>({
  input: shape,
  readOnly = false,
  run,
  ...rest
}: ToolDefinition<Shape>): TaskTool {
  const input = z.strictObject(shape);
  return {
    ...rest,
    input,
    readOnly,
    run(store, given) {
      const parsed = input.safeParse(withoutNulls(given));
      if (!parsed.success) throw new ToolProblem(wordsFor(parsed.error));
      return run(store, parsed.data as z.output<z.ZodObject<Shape>>); // strict or not, the output is the same
    },
  };
}

/** Models send null for what they leave out. */
function withoutNulls(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function wordsFor(error: z.ZodError): string {
  const problems = error.issues.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `there is no argument ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`
      : `${issue.path.join(".") || "the arguments"}: ${issue.message}`,
  );
  return `That did not work, and nothing was changed: ${problems.join("; ")}.`;
}
