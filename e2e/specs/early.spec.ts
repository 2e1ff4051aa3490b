import { holdScripts } from "../fixtures/held-scripts.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: a message that is sent with Enter before the page is interactive is sent as soon as it is", async ({
  person,
}) => {
  const scripts = await holdScripts(person.page);
  await person.page.goto("/new", { waitUntil: "commit" });
  await person.says("said early");
  await person.composer.press("Enter");
  await expect(person.composer).toHaveValue("said early");
  scripts.release();
  await expect(person.sent).toHaveText([/said early/]);
  await expect(person.answers).toContainText("said early");
  await expect(person.composer).toHaveValue("");
});

test("R-WEB-4: buttons that are pressed before the page is interactive do what they are for as soon as it is", async ({
  person,
}) => {
  await person.begins("there already");
  const scripts = await holdScripts(person.page);
  await person.page.reload({ waitUntil: "commit" });
  await person.page.getByRole("button", { name: "Tasks" }).click();
  await person.composer.fill("and another");
  await person.send.click();
  await person.send.click();
  scripts.release();
  await expect(person.page.getByRole("complementary", { name: "Tasks" })).toBeVisible();
  await expect(person.sent).toHaveText([/there already/, /and another/]);
});

test("R-WEB-4: what is written on after an early Enter is not sent, and stands in the message box", async ({
  person,
}) => {
  const scripts = await holdScripts(person.page);
  await person.page.goto("/new", { waitUntil: "commit" });
  await person.says("first");
  await person.composer.pressSequentially(" and last");
  scripts.release();
  await person.page.getByRole("button", { name: "Search" }).click();
  await expect(person.page.getByRole("dialog")).toBeVisible();
  await person.page.keyboard.press("Escape");
  await expect(person.composer).toHaveValue("first and last");
  await expect(person.sent).toHaveCount(0);
});

test("R-WEB-4: Enter while React waits for a part of the page's code is kept, too", async ({ person }) => {
  const { page } = person;
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto("/sign-in");
  const shared = new Set(loaded);
  const scripts = await holdScripts(page, (url) => !shared.has(url));
  await page.goto("/new", { waitUntil: "commit" });
  await page.waitForFunction(() => Object.keys(document).some((key) => key.startsWith("__reactContainer")));
  await person.says("said in between");
  await expect(person.composer).toHaveValue("said in between");
  scripts.release();
  await expect(person.sent).toHaveText([/said in between/]);
});
