import type { Conversation, DoneCall, Exchange, Reply } from "../conversation.ts";
import { bullets, count, listed, numbered, plain } from "../phrases.ts";
import { type TaskIntent, taskIntent } from "./intent.ts";
import { itemsOf } from "./items.ts";
import { type KnownTask, lastShown, lastTouched, type Picked, pick, taskOf, tasksOf } from "./pick.ts";

const toolFor = {
  complete: "complete_task",
  reopen: "reopen_task",
  delete: "delete_task",
  rename: "update_task",
} as const;
type Change = Extract<TaskIntent, { targets: unknown }>;

/** Asked for before more than one task is deleted; the next message is read against it. */
const question = "Say **yes** and I delete them.";

/** Manages the person's tasks through the tools, in as many steps as it takes: first it looks, then it acts, then it tells. */
export function manageTasks(conversation: Conversation): Reply | null {
  const confirmed = confirmation(conversation);
  if (confirmed) return confirmed;
  const intent = taskIntent(conversation.now.asked) ?? titleAskedFor(conversation);
  if (intent === null) return null;
  if (!conversation.tools.has("list_tasks") && conversation.now.calls.length === 0) return { text: away };
  switch (intent.do) {
    case "add":
      return addTasks(intent.titles, conversation);
    case "list":
      return showTasks(intent.status, conversation);
    default:
      return changeTasks(intent, conversation);
  }
}

const away =
  "I cannot reach your task list right now, so I have changed nothing. Everything else works; try again in a moment.";

const askForTitle = "Gladly: what is the task? For example: *add buy milk and call mum*.";

/** Whoever was asked for a title and says something else than yes or no has said it. */
function titleAskedFor({ earlier, now }: Conversation): TaskIntent | null {
  const isTitle =
    earlier.at(-1)?.said === askForTitle &&
    !/^(?:no|none|nothing|never ?mind|cancel|forget it|yes|ok)\b/iu.test(now.asked.trim());
  return isTitle ? { do: "add", titles: itemsOf(now.asked) } : null;
}

/** Adds what has not been added yet, then tells. */
export function addTasks(titles: readonly string[], { now }: Conversation, tell = tellAdded): Reply {
  if (titles.length === 0) return { text: askForTitle };
  const asked = now.calls.filter((call) => call.name === "add_task");
  const missing = titles.filter((title) => !asked.some((call) => call.input.title === title));
  if (missing.length > 0) return { text: "", calls: missing.map((title) => ({ name: "add_task", input: { title } })) };
  return { text: tell(asked) };
}

function tellAdded(calls: readonly DoneCall[]): string {
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

export function showTasks(status: "open" | "completed" | "all", { now }: Conversation): Reply {
  const call = now.calls.findLast(({ name }) => name === "list_tasks");
  if (!call) return { text: "", calls: [{ name: "list_tasks", input: { status } }] };
  const tasks = tasksOf(call);
  if (tasks === null) return { text: `I could not read your tasks. ${problemsOf([call])}` };
  if (tasks.length === 0) return { text: emptyList[status] };
  const lines = numbered(tasks.map((task) => (task.completed ? `~~${plain(task.title)}~~` : plain(task.title))));
  const open = tasks.filter((task) => !task.completed).length;
  const heading = {
    open: `${count(open, "task")} left:`,
    completed: `${count(tasks.length, "task")} done:`,
    all: `${count(tasks.length, "task")}, ${open === 0 ? "all done" : `${open} open`}:`,
  }[status];
  const hint =
    open > 0 ? "\n\nTell me *done with the first*, *rename 1 to …* or *delete the last* when something changes." : "";
  return { text: `${heading}\n\n${lines}${hint}` };
}

const emptyList = {
  open: "Nothing is left to do. Tell me *add …* when something comes up.",
  completed: "Nothing is done yet. Tell me *done with …* when it is.",
  all: "Your list is empty. Tell me, for example, *add buy milk and call mum*.",
};

function changeTasks(intent: Change, conversation: Conversation): Reply {
  const { now } = conversation;
  const listing = now.calls.find((call) => call.name === "list_tasks");
  if (!listing) return { text: "", calls: [{ name: "list_tasks", input: { status: "all" } }] };
  const tasks = tasksOf(listing);
  if (tasks === null)
    return { text: `I could not read your tasks, so I have changed nothing. ${problemsOf([listing])}` };

  const picked = pickFor(intent, tasks, conversation.earlier);
  if (!("tasks" in picked)) return { text: tellUnclear(picked, tasks) };
  if (picked.tasks.length === 0) return { text: nothingToDo(intent) };
  if (intent.do === "rename" && picked.tasks.length > 1)
    return { text: "One at a time, please: which task gets that name?" };

  const already = now.calls.some(({ name }) => name === toolFor[intent.do]);
  if (intent.do === "delete" && picked.tasks.length > 1 && !already) return { text: askToDelete(picked.tasks) };
  return act(intent, picked.tasks, tasks, now);
}

/** "yes" or "no" to the question whether several tasks are to be deleted, read from the conversation itself. */
function confirmation({ earlier, now }: Conversation): Reply | null {
  const before = earlier.at(-1);
  if (!before?.said.endsWith(question)) return null;
  const intent = taskIntent(before.asked);
  const tasks = tasksOf(before.calls.find((call) => call.name === "list_tasks"));
  if (intent?.do !== "delete" || tasks === null) return null;
  if (/^\s*(?:no|nope|don'?t|do not|never ?mind|stop|cancel|keep)\b/iu.test(now.asked))
    return { text: "Then I leave everything as it is." };
  if (
    !/^\s*(?:yes|yep|yeah|y|sure|ok(?:ay)?|do it|go ahead|please do|confirm(?:ed)?|delete (?:them|all|it)|of course|all of them)\b[\s.!]*(?:please|do it|delete them(?: all)?|go ahead)?[\s.!]*$/iu.test(
      now.asked,
    )
  )
    return null;
  const picked = pickFor(intent, tasks, earlier.slice(0, -1));
  return "tasks" in picked ? act(intent, picked.tasks, tasks, now) : null;
}

function pickFor(intent: Change, tasks: readonly KnownTask[], earlier: readonly Exchange[]): Picked {
  const likely = {
    complete: (task: KnownTask) => !task.completed,
    reopen: (task: KnownTask) => task.completed,
    rename: () => true,
    delete: () => true,
  }[intent.do];
  const picked = pick(intent.targets, { tasks, shown: lastShown(earlier), touched: lastTouched(earlier), likely });
  const isCollective = intent.targets.some((target) => target.by === "all");
  if (!("tasks" in picked) || !isCollective || intent.do === "delete") return picked;
  return { tasks: picked.tasks.filter(likely) };
}

/** Makes the calls that have not been made, then tells what came of them. */
function act(intent: Change, targets: readonly KnownTask[], tasks: readonly KnownTask[], now: Exchange): Reply {
  const name = toolFor[intent.do];
  const made = now.calls.filter((call) => call.name === name);
  const missing = targets.filter(({ id }) => !made.some((call) => call.input.taskId === id));
  if (missing.length > 0) {
    const extra: DoneCall["input"] = intent.do === "rename" ? { title: intent.title } : {};
    return { text: "", calls: missing.slice(0, 50).map(({ id }) => ({ name, input: { taskId: id, ...extra } })) };
  }
  return { text: tellDone(intent, targets, tasks, made) };
}

function tellDone(
  intent: Change,
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

function tellUnclear(picked: Exclude<Picked, { tasks: unknown }>, tasks: readonly KnownTask[]): string {
  if ("several" in picked)
    return `Which one do you mean by “${plain(picked.name)}”?\n\n${bullets(picked.several.map(bold))}`;
  if (tasks.length === 0)
    return "Your task list is empty, so there is nothing to change. Tell me *add …* to begin one.";
  const open = tasks.filter((task) => !task.completed).slice(0, 10);
  const words = `I find no task for “${plain(picked.unknown)}”, so I have changed nothing.`;
  return open.length === 0 ? words : `${words} These are open:\n\n${bullets(open.map(bold))}`;
}

function nothingToDo(intent: Change): string {
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

function askToDelete(tasks: readonly KnownTask[]): string {
  return `That deletes ${count(tasks.length, "task")}, for good:\n\n${bullets(tasks.map(bold))}\n\n${question}`;
}

function problemsOf(calls: readonly DoneCall[]): string {
  const words = calls
    .filter((call) => call.failed)
    .map((call) => (typeof call.result === "string" ? call.result : "The tool failed."));
  return [...new Set(words)].map(plain).join(" ");
}

function bold(task: KnownTask): string {
  return `**${plain(task.title)}**`;
}
