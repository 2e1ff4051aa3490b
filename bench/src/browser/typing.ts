import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { summarize } from "../measure/stats.ts";

export interface StreamingNotes {
  seconds: number;
  longTasks: number;
  longestTaskMs: number;
  keys: number;
  /** Of keys that took less than 16 ms to the next frame the browser tells nothing. */
  slowKeys: number;
  slowestKeyMs: number;
  typedAll: boolean;
}

const text = "While it answers, this is typed, key by key, and none of it may lag behind the hand. ";

/** Asks for an answer of 50 tokens a second and types into the composer all the while. */
export async function typeWhileStreaming(page: Page, seconds: number): Promise<StreamingNotes> {
  const composer = page.getByRole("textbox", { name: "Message" });
  await composer.fill(`markdown tokens=${seconds * 50} everyMs=20`);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.locator("article[aria-busy=true]").first().waitFor();
  await sleep(500);
  await composer.click();
  const from = await page.evaluate(() => performance.now());
  const endsAt = performance.now() + (seconds - 2) * 1000;
  let typed = "";
  while (performance.now() < endsAt) {
    const key = text[typed.length % text.length] ?? " ";
    await page.keyboard.type(key);
    typed += key;
    await sleep(40);
  }
  const noted = await page.evaluate(
    (since) => ({
      longTasks: holdfastBench.longTasks.filter((one) => one.at >= since).map((one) => one.ms),
      keys: holdfastBench.keys.filter((one) => one.at >= since).map((one) => one.ms),
    }),
    from,
  );
  const value = await composer.inputValue();
  return {
    seconds: seconds - 2,
    longTasks: noted.longTasks.length,
    longestTaskMs: noted.longTasks.length > 0 ? summarize(noted.longTasks).max : 0,
    keys: typed.length,
    slowKeys: noted.keys.filter((one) => one >= 50).length,
    slowestKeyMs: noted.keys.length > 0 ? summarize(noted.keys).max : 0,
    typedAll: value === typed,
  };
}
