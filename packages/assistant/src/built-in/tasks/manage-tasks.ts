import type { Conversation, DoneCall, Exchange, Reply } from "../conversation.ts";
import { count, numbered, plain } from "../phrases.ts";
import { type TaskChange, type TaskIntent, taskIntent } from "./intent.ts";
import { itemsOf } from "./items.ts";
import { type KnownTask, lastShown, lastTouched, type Picked, pick, tasksOf } from "./pick.ts";
import { askToDelete, emptyList, nothingToDo, problemsOf, question, tellAdded, tellDone, tellUnclear } from "./tell.ts";

const toolFor = {
  complete: "complete_task",
  reopen: "reopen_task",
  delete: "delete_task",
  rename: "update_task",
} as const;

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

function showTasks(status: "open" | "completed" | "all", { now }: Conversation): Reply {
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

function changeTasks(intent: TaskChange, conversation: Conversation): Reply {
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

function pickFor(intent: TaskChange, tasks: readonly KnownTask[], earlier: readonly Exchange[]): Picked {
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
function act(intent: TaskChange, targets: readonly KnownTask[], tasks: readonly KnownTask[], now: Exchange): Reply {
  const name = toolFor[intent.do];
  const made = now.calls.filter((call) => call.name === name);
  const missing = targets.filter(({ id }) => !made.some((call) => call.input.taskId === id));
  if (missing.length > 0) {
    const extra: DoneCall["input"] = intent.do === "rename" ? { title: intent.title } : {};
    return { text: "", calls: missing.slice(0, 50).map(({ id }) => ({ name, input: { taskId: id, ...extra } })) };
  }
  return { text: tellDone(intent, targets, tasks, made) };
}
