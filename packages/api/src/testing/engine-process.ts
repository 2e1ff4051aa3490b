import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { type DatabaseOptions, openDatabase } from "@holdfast/db";
import type { TurnInput } from "../turns/turns.ts";
import { startTestEngine } from "./test-engine.ts";

/** A process that answers slowly, for tests that kill or pause one: the turns it is sent begin at once. */
const options: DatabaseOptions = JSON.parse(process.env.TEST_DATABASE ?? "{}");
const db = await openDatabase(options);
const words = Array.from({ length: 500 }, (_, index) => `word${index} `).join("");
const assistant = createScriptedAssistant({
  script: (prompt) => {
    if (prompt === "Silently") return [{ hang: true }];
    return prompt.startsWith("Briefly") ? "An answer from there." : [{ say: words, everyMs: 20 }];
  },
});
const engine = await startTestEngine(db, { assistant });
process.on("message", (send: TurnInput) => {
  void engine.start(send).then(({ turn }) => process.send?.(turn.id));
});
process.send?.("ready");
