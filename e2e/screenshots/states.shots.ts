import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, phone, test } from "../fixtures/test.ts";
import { furnish } from "./content.ts";

const folder = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));

const sizes = { desktop: { viewport: { width: 1280, height: 800 } }, phone };
const themes = ["light", "dark"] as const;

// A provider that has gone away is what a failed answer looks like; everything else is the built-in assistant's.
test.use({
  serverEnv: { DEFAULT_MODEL: "built-in", OPENAI_MODELS: "gpt-oss-120b" },
});

for (const [size, options] of Object.entries(sizes)) {
  test.describe(size, () => {
    test.use(options);

    test(`pictures of the principal states, ${size}`, async ({ person, database, provider }) => {
      const { page } = person;
      const shoot = async (state: string) => {
        for (const theme of themes) {
          await page.emulateMedia({ colorScheme: theme });
          await settled(page);
          await page.screenshot({ path: `${folder}/${state}-${theme}-${size}.png` });
        }
      };
      await page.goto("/new");
      await shoot("empty");
      const id = await person.begins("hello");
      const [owner] = await database.sql<{ user_id: string }>("select user_id from conversations where id = $1", [id]);
      if (!owner) throw new Error("The conversation has no owner.");
      await database.sql("delete from messages where conversation_id = $1", [id]);
      await database.sql("update conversations set message_count = 0 where id = $1", [id]);
      await furnish(database, owner.user_id, id);
      await page.reload();
      await expect(page.locator("pre span").first()).toBeAttached();
      if (size === "desktop") {
        await page.getByRole("button", { name: "Tasks", exact: true }).click();
        await expect(page.getByRole("checkbox")).toHaveCount(4);
      }
      await page.mouse.move(640, 30);
      await shoot("conversation");
      if (size === "phone") await shootDrawers(page, shoot);
      else await shootDialogs(page, shoot);

      await provider.goesAway();
      await database.sql("update conversations set model = 'openai/gpt-oss-120b' where id = $1", [id]);
      await page.reload();
      await person.says("And after that one?");
      await expect(person.alert).toBeVisible({ timeout: 60_000 });
      await shoot("failed");
      await provider.comesBack();
      await page.goto("/settings");
      await shoot("settings");
    });
  });
}

async function shootDrawers(page: Page, shoot: (state: string) => Promise<void>) {
  await page.getByRole("button", { name: "Open sidebar" }).click();
  await shoot("sidebar");
  await page.getByRole("button", { name: "Close sidebar" }).click();
  await page.getByRole("button", { name: "Tasks", exact: true }).click();
  await expect(page.getByRole("checkbox")).toHaveCount(4);
  await shoot("tasks");
  await page.getByRole("button", { name: "Close tasks" }).click();
}

async function shootDialogs(page: Page, shoot: (state: string) => Promise<void>) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill("evening");
  await expect(page.getByRole("option").first()).toContainText("evening");
  await shoot("search");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Letter to the landlord" }).hover();
  await page.getByRole("button", { name: "Options for Letter to the landlord" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await shoot("delete");
  await page.getByRole("button", { name: "Cancel" }).click();
}

/** Fonts are there, and nothing moves any more. */
async function settled(page: Page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
