import type { Locator } from "@playwright/test";
import { expect, phone, test } from "../fixtures/test.ts";

test.use(phone);

test("R-WEB-4: what is read stays in view as the phone is turned, and turned back", async ({ person, database }) => {
  const { page, log, messages } = person;
  const id = await person.begins("a long read");
  await database.lengthen(id, 40, `line #. ${"Words that fill it. ".repeat(40)}`);
  await page.reload();
  await expect(messages.last()).toContainText("line 40.");
  const read = messages.filter({ hasText: "line 33." });
  await log.evaluate((element) => element.scrollTo({ top: -3_000 }));
  await read.evaluate((element) => element.scrollIntoView({ block: "start" }));
  await expect(read).toBeInViewport();
  await page.setViewportSize({ width: 844, height: 390 });
  await expect(read).toBeInViewport();
  await expect.poll(() => distance(read, log)).toBeLessThan(40);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => distance(read, log)).toBeLessThan(40);
});

/** Between the upper edges of the two. */
async function distance(message: Locator, log: Locator): Promise<number> {
  const [one, other] = await Promise.all([message.boundingBox(), log.boundingBox()]);
  return Math.abs((one?.y ?? Number.NaN) - (other?.y ?? Number.NaN));
}
