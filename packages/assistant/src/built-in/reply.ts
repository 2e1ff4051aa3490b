import { about } from "./about.ts";
import { arithmetic } from "./arithmetic.ts";
import type { Conversation, Reply, Skill } from "./conversation.ts";
import { craft } from "./craft.ts";
import { facts } from "./facts.ts";
import { honestly } from "./fallback.ts";
import { planWeek } from "./plan-week.ts";
import { recall } from "./recall.ts";
import { show } from "./show.ts";
import { manageTasks } from "./tasks/manage-tasks.ts";

/** In the order in which they are asked: the first that knows an answer gives it. A new one is a file beside these and its line here. */
const skills: readonly Skill[] = [planWeek, manageTasks, facts, recall, show, craft, about, arithmetic];

export function reply(conversation: Conversation): Reply {
  for (const skill of skills) {
    const answer = skill(conversation);
    if (answer !== null) return answer;
  }
  return honestly(conversation);
}
