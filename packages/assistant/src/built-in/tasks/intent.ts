import { pointOf } from "../phrases.ts";
import { itemsOf } from "./items.ts";
import { type Target, targetsOf } from "./target.ts";

export type TaskIntent =
  | { do: "add"; titles: string[] }
  | { do: "list"; status: "open" | "completed" | "all" }
  | { do: "complete" | "reopen" | "delete"; targets: Target[] }
  | { do: "rename"; targets: Target[]; title: string };

/** An intent that changes tasks that are there. */
export type TaskChange = Extract<TaskIntent, { targets: unknown }>;

type Reading = [pattern: RegExp, intent: (match: string[]) => TaskIntent | null];

const thing = "(?:tasks?|to-?dos?|items?|reminders?|things?)";
const list = "(?:(?:task|to-?do)s? ?list|list|tasks|to-?dos)";

/** What is asked for, by how it is said. The first that fits counts; a reading may decline what only looks like it. */
const readings: readonly Reading[] = [
  // Listing
  [
    /^what(?:'?s| is| are)? (?:still )?(?:left|open|to do|undone|remaining|on my (?:plate|list)|next)\b.*/iu,
    () => ({ do: "list", status: "open" }),
  ],
  [
    /^what (?:do|should|must) i (?:still )?(?:have |need )?(?:left )?(?:to )?do\b(?: now| next| today)?$/iu,
    () => ({ do: "list", status: "open" }),
  ],
  [
    /^what (?:have i|did i) (?:done|finish(?:ed)?|complete[d]?|get done)\b.*/iu,
    () => ({ do: "list", status: "completed" }),
  ],
  [/^what(?:'?s| is) (?:done|finished|completed)\b.*/iu, () => ({ do: "list", status: "completed" })],
  [
    /^how many (?:open |done |completed |finished )?(?:tasks|to-?dos)\b.*/iu,
    ([all = ""]) => ({ do: "list", status: statusIn(all, "open") }),
  ],
  [
    new RegExp(
      `^(?:show|list|see|view|display|read|give|tell|what are|what'?s in|do i have)\\b(?:(?! (?:of|with|to|like|example)\\b).)*\\b${list}$`,
      "iu",
    ),
    ([all = ""]) =>
      /example|markdown|numbered|bullet/iu.test(all) ? null : { do: "list", status: statusIn(all, "all") },
  ],
  [
    new RegExp(`^(?:all )?(?:my )?(?:open |done |completed |finished )?${list}$`, "iu"),
    ([all = ""]) => ({ do: "list", status: statusIn(all, "all") }),
  ],
  // Reopening, before what it is the opposite of
  [
    /^(?:re-?open|un-?(?:do|tick|check|complete|finish)|restore|bring back)\s+(.+)$/iu,
    ([, what = ""]) => on("reopen", what),
  ],
  [
    /^mark\s+(.+?)\s+(?:as )?(?:not (?:done|finished|completed?)|undone|open|incomplete|to do)$/iu,
    ([, what = ""]) => on("reopen", what),
  ],
  [/^(.+?)\s+(?:is|are)(?: not|n'?t) (?:done|finished|completed?)(?: yet)?$/iu, ([, what = ""]) => on("reopen", what)],
  // Renaming
  [
    /^(?:rename|retitle|change|edit|reword|update)\s+(.+?)\s+(?:to|into|as)\s*:?\s+(.+)$/isu,
    ([, what = "", title = ""]) => rename(what, title),
  ],
  [/^replace\s+(.+?)\s+(?:with|by)\s+(.+)$/isu, ([, what = "", title = ""]) => rename(what, title)],
  // Deleting
  [
    /^(?:delete|remove|drop|erase|clear(?: away| out| up)?|clean up|get rid of|throw away|cancel)\s+(.+)$/iu,
    ([, what = ""]) => on("delete", what),
  ],
  // Adding
  [
    new RegExp(
      `^(?:add|create|make|put|new|note(?: down)?|jot down|write down|save|schedule)\\s+(?:me\\s+)?(?:the following\\s+|an?other\\s+|an?\\s+|the\\s+|these\\s+|this\\s+|some\\s+|(?:\\d+|two|three|four|five)\\s+)?(?:new\\s+)?${thing}(?:\\s+(?:to|onto) (?:my|the) ${list})?(?:\\s+(?:to|for|called|named|titled|saying|that says|about)\\b)?\\s*[:–—-]?\\s*(.*)$`,
      "isu",
    ),
    ([, what = ""]) => ({ do: "add", titles: itemsOf(what) }),
  ],
  [
    new RegExp(
      `^(?:add|put|note(?: down)?|jot down|write)\\s+(.+?)\\s+(?:to|on|onto|in)\\s+(?:my|the)\\s+${list}$`,
      "isu",
    ),
    ([, what = ""]) => add(what),
  ],
  [/^set (?:me )?an? reminder (?:to|for|about)\s*:?\s*(.+)$/isu, ([, what = ""]) => add(what)],
  [
    new RegExp(`^(?:add|put|note)\\s+(?:to|on|onto|in)\\s+(?:my|the)\\s+${list}\\s*[:,]?\\s*(.*)$`, "isu"),
    ([, what = ""]) => ({ do: "add", titles: itemsOf(what) }),
  ],
  [/^add\b\s*:?\s*(.+)$/isu, ([, what = ""]) => add(what)],
  [/^(?:new )?(?:tasks?|to-?dos?)\s*[:–—-]\s*(.+)$/isu, ([, what = ""]) => add(what)],
  [
    /^(?:remind me|remember|don'?t (?:let me )?forget|i (?:must|need to|have to|should) (?:remember|not forget))\s+(?:to|about|that i (?:must|need to|have to)|of)\s+(.+)$/isu,
    ([, what = ""]) => add(what),
  ],
  [
    /^i(?:'ve| still)? (?:need|have|ought|got) to (?!know|understand|ask|talk|learn|say|admit|tell)(.+)$/isu,
    ([, what = ""]) => add(what),
  ],
  // Completing
  [/^(?:i(?:'m| am|'ve| have)?\s+)?(?:done|finished|through) with\s+(.+)$/iu, ([, what = ""]) => on("complete", what)],
  [
    /^(?:mark|set|tick|check|cross)\s+(?:off\s+)?(.+?)\s+(?:off|as done|as complete[d]?|as finished|done|complete[d]?|finished)$/iu,
    ([, what = ""]) => on("complete", what),
  ],
  [/^(?:(?:tick|check|cross)\s+off|tick|cross out)\s+(.+)$/iu, ([, what = ""]) => on("complete", what)],
  [
    /^(?:i(?:'ve| have)?\s+)?(?:complete|finish|close|completed|finished|did)\s+(.+)$/iu,
    ([, what = ""]) => on("complete", what),
  ],
  [/^done\s*:?\s+(.+)$/iu, ([, what = ""]) => on("complete", what)],
  [
    /^(?!(?:how|what|why|when|who|where|which)\b)(.+?)\s+(?:is|are)\s+(?:now |all )?(?:done|finished|completed?)(?: now)?$/iu,
    ([, what = ""]) => on("complete", what),
  ],
];

/** Null for what is not about tasks. */
export function taskIntent(asked: string): TaskIntent | null {
  const point = pointOf(asked);
  if (point === "") return null;
  for (const [pattern, intent] of readings) {
    const match = pattern.exec(point);
    const read = match && intent([...match]);
    if (read) return read;
  }
  return null;
}

function statusIn(words: string, otherwise: "open" | "all"): "open" | "completed" | "all" {
  if (/\b(?:done|completed|finished)\b/iu.test(words)) return "completed";
  if (/\bopen\b/iu.test(words)) return "open";
  return otherwise;
}

function add(what: string): TaskIntent | null {
  // "add 2 and 3" is a sum.
  return /^[\d\s+.,*/()and-]+$/u.test(what) ? null : { do: "add", titles: itemsOf(what) };
}

function rename(what: string, title: string): TaskIntent | null {
  return isElsewhere(what)
    ? null
    : { do: "rename", targets: targetsOf(what), title: title.trim().replace(/^["'“](.+)["'”]$/su, "$1") };
}

function on(what: "complete" | "reopen" | "delete", name: string): TaskIntent | null {
  return isElsewhere(name) || name.includes("\n") ? null : { do: what, targets: targetsOf(name) };
}

/** Things that people also delete and rename, but not here. */
function isElsewhere(what: string): boolean {
  return /\b(?:conversation|chat|account|messages?|history|sentence|code|subject|topic|subscription|your|you)\b/iu.test(
    what,
  );
}
