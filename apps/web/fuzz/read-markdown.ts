/** Reads markdown, a text a line, in a process of its own: one that never ends can be ended. */
import { createInterface } from "node:readline";
import { nothing, splitBlocks } from "../src/ui/markdown/blocks";

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line) as string; // what the test writes
  const whole = splitBlocks(nothing, text, false);
  splitBlocks(whole, `${text}.`, true);
  process.stdout.write(`${whole.blocks.length}\n`);
}
