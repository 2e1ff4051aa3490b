import type { Conversation, Reply } from "./conversation.ts";
import { plain, pointOf } from "./phrases.ts";
import { itemsOf } from "./tasks/items.ts";
import { addTasks } from "./tasks/manage-tasks.ts";
import { taskOf, tasksOf } from "./tasks/pick.ts";

/** "Plan my week", with a list or with the tasks that are open: spread over the days that are left of it. */
export function planWeek(conversation: Conversation): Reply | null {
  const match =
    /^plan (?:out )?(?:my|the|this|next) (week|weekend|day)\b(?:\s+(?:for me|ahead|with))?\s*[:,–—-]*\s*(.*)$/isu.exec(
      pointOf(conversation.now.asked),
    );
  if (!match) return null;
  const [, span = "week", rest = ""] = match;
  if (!conversation.tools.has("add_task") && conversation.now.calls.length === 0) {
    return { text: "I plan with your task list, and cannot reach it right now. Try again in a moment." };
  }
  const { now, today } = conversation;
  const titles = itemsOf(rest);
  const days = daysFrom(today, span);
  if (titles.length > 0) {
    return addTasks(titles, conversation, (calls) => {
      const added = calls.map(taskOf).filter((task) => task !== null);
      return `${table(
        days,
        added.map((task) => task.title),
      )}\n\nAll of it is on your task list. Tell me *done with the first* as you go, or *what's left?*`;
    });
  }
  const call = now.calls.findLast(({ name }) => name === "list_tasks");
  if (!call) return { text: "", calls: [{ name: "list_tasks", input: { status: "open" } }] };
  const open = tasksOf(call) ?? [];
  if (open.length === 0) {
    return {
      text: `Let's. Your task list has nothing open, so tell me what the ${span} should hold, in one line:\n\n> Plan my ${span}: finish the report, call the dentist, buy a present, go running\n\nI put it on your list and spread it over the days.`,
    };
  }
  const intro = `Here is your ${span} with what is open, one after the other:`;
  return {
    text: `${intro}\n\n${table(
      days,
      open.map((task) => task.title),
    )}\n\nAdd more with *plan my ${span}: …*, and tell me *done with …* as you go.`,
  };
}

function daysFrom(today: Date, span: string): string[] {
  const name = (offset: number) =>
    new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }).format(
      new Date(today.getTime() + offset * 86_400_000),
    );
  if (span === "day") return ["Morning", "Midday", "Afternoon", "Evening"];
  if (span === "weekend") return ["Saturday", "Sunday"];
  return Array.from({ length: 7 }, (_, offset) => name(offset)).filter((day) => !day.startsWith("S"));
}

function table(days: readonly string[], titles: readonly string[]): string {
  const rows = days.map((day, index) => {
    const ofDay = titles.filter(
      (_, at) => Math.floor((at * days.length) / Math.max(titles.length, days.length)) === index,
    );
    return `| ${day} | ${ofDay.map(plain).join("; ") || "–"} |`;
  });
  return ["| When | What |", "| --- | --- |", ...rows].join("\n");
}
