import { readFile, writeFile } from "node:fs/promises";
import type { Download, Page } from "@playwright/test";
import { isAccessible } from "../fixtures/accessibility.ts";
import { signsUp } from "../fixtures/account.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-SEC-7: everything is exported as JSON and as Markdown, and the JSON is taken in by another account", async ({
  person,
  anotherPerson,
}) => {
  await signsUp(person);
  await person.begins("exported first 🪢");
  await person.begins("add buy milk to my tasks");
  await person.page.goto("/settings");
  const json = await downloads(person.page, () => person.page.getByRole("link", { name: "Export as JSON" }).click());
  expect(json.name).toMatch(/^holdfast-\d{4}-\d\d-\d\d\.json$/);
  const titles = (JSON.parse(json.text).conversations as { title: string }[]).map(({ title }) => title);
  expect(titles).toEqual(["exported first 🪢", "add buy milk to my tasks"]);
  const markdown = await downloads(person.page, () =>
    person.page.getByRole("link", { name: "Export as Markdown" }).click(),
  );
  expect(markdown.name).toMatch(/\.md$/);
  expect(markdown.text).toContain("# exported first 🪢");
  expect(markdown.text).toContain("## Ada Lovelace, ");

  await signsUp(anotherPerson);
  await anotherPerson.page.goto("/settings");
  await imports(anotherPerson.page, json.path);
  await expect(
    anotherPerson.page.getByText(/^Imported 2 conversations with \d+ messages and \d+ tasks?\.$/),
  ).toBeVisible();
  await anotherPerson.page.goto("/");
  await expect(anotherPerson.link("exported first 🪢")).toBeVisible();
  await anotherPerson.link("exported first 🪢").click();
  await expect(anotherPerson.sent).toHaveText(/exported first 🪢/);
});

test("R-SEC-7: a file that is no export is refused in words, and nothing comes of it", async ({ person }, testInfo) => {
  await person.begins("the only one");
  person.problems.allow(/status of 400/);
  await person.page.goto("/settings");
  const bad = testInfo.outputPath("bad.json");
  for (const [content, words] of [
    ['{"hello": "world"}', "This is not a JSON export of Holdfast."],
    ["not even JSON", "This is not a JSON file, or not all of it."],
    ["", "This is not a JSON"],
  ]) {
    await writeFile(bad, content ?? "");
    await imports(person.page, bad);
    await expect(person.page.getByText(words ?? "")).toBeVisible();
  }
  await person.page.goto("/");
  await expect(person.conversations).toHaveCount(1);
});

test("R-SEC-7: a conversation is exported from its menu, alone", async ({ person }) => {
  await person.begins("another one");
  await person.begins("this one alone");
  const { name, text } = await downloads(person.page, () => person.chooses("Export", "this one alone"));
  expect(name).toMatch(/^holdfast-.*\.md$/);
  expect(text).toContain("# this one alone");
  expect(text).not.toContain("another one");
});

test("R-SEC-3: the token from the settings is a program's key to the same conversations", async ({
  person,
  server,
}) => {
  await person.begins("read by a program");
  await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { page } = person;
  await page.goto("/settings");
  await page.getByRole("button", { name: "Create a token" }).click();
  await page.getByRole("button", { name: "Copy token" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  const token = await page.evaluate(() => navigator.clipboard.readText());
  const [, claims = ""] = token.split(".");
  const { sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { sub: string };
  const list = (headers: Record<string, string>) => fetch(`${server.url}/api/${sub}/conversations`, { headers });
  const response = await list({ authorization: `Bearer ${token}` });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ conversations: [{ title: "read by a program" }] });
  expect((await list({ authorization: `Bearer ${token}x` })).status).toBe(401);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "API token" })).toHaveCount(0);
});

test("R-API-2: the page of the API is tried out as oneself", async ({ person }) => {
  await person.begins("listed on the page of the API");
  const { page } = person;
  await page.goto("/docs/api");
  await expect(page.locator(".opblock").first()).toBeVisible();
  await page.getByRole("button", { name: /Send a message and wait for the answer/ }).click();
  await expect(page.getByRole("heading", { name: "Responses", exact: true })).toBeVisible();
  await isAccessible(person, "/docs/api with an operation open");
  await page.getByRole("button", { name: /Send a message and wait for the answer/ }).click();
  const operation = page
    .locator(".opblock-get")
    .filter({ hasText: /\/conversations(?!\/)/ })
    .first();
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await expect(operation.locator(".live-responses-table").getByText("200").first()).toBeVisible();
  await expect(operation.locator(".live-responses-table")).toContainText("listed on the page of the API");
});

test("R-WEB-4: theme and text size are applied at once and remembered", async ({ person }) => {
  const { page } = person;
  await page.goto("/settings");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole("radio", { name: "Light" }).check();
  const light = await ground();
  await page.getByRole("radio", { name: "Dark" }).check();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.getByRole("radio", { name: "Large" }).check();
  await page.reload();
  expect(await ground()).toBe(dark);
  await expect(page.getByRole("radio", { name: "Large" })).toBeChecked();
  await page.goto("/new");
  expect(await ground()).toBe(dark);
});

test("R-WEB-4: a name is changed and shown in the sidebar", async ({ person }) => {
  await signsUp(person);
  await person.page.goto("/settings");
  await person.page.getByRole("textbox", { name: "Name", exact: true }).fill("Grace Hopper");
  await person.page.getByRole("button", { name: "Save name" }).click();
  await expect(person.page.getByText("Your name is saved.")).toBeVisible();
  await person.page.goto("/new");
  await expect(person.page.getByRole("link", { name: /^Grace Hopper .* Settings$/ })).toBeVisible();
});

test("R-WEB-4: the pages of an account have no accessibility violation, dialogs included", async ({ person }) => {
  const { page } = person;
  for (const path of ["/sign-up", "/sign-in?reset=1", "/forgot-password", "/reset-password?token=x", "/settings"]) {
    await page.goto(path);
    await isAccessible(person, path);
  }
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Fill in your email address.")).toBeVisible();
  await isAccessible(person, "a form with faults");
  await signsUp(person);
  await page.goto("/settings");
  await expect(page.getByText("This device")).toBeVisible();
  await page.getByRole("button", { name: "Create a token" }).click();
  await expect(page.getByRole("textbox", { name: "API token" })).toBeVisible();
  await isAccessible(person, "/settings of an account");
  await page.getByRole("button", { name: "Delete account", exact: true }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await isAccessible(person, "the question before the deletion");
});

test("R-WEB-4: an account is made, used and left with the keyboard alone", async ({ person }) => {
  const { page } = person;
  const { keyboard } = page;
  await page.goto("/sign-up");
  const reaches = async (name: RegExp) => {
    for (let presses = 0; presses < 40; presses++) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
        return element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "";
      });
      if (name.test(focused.trim())) return;
      await keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await reaches(/^Name$/);
  await keyboard.type("Keys Only");
  await keyboard.press("Tab");
  await keyboard.type(`${crypto.randomUUID()}@example.com`);
  await keyboard.press("Tab");
  await keyboard.type("a long enough password");
  await keyboard.press("Enter");
  await expect(page.getByRole("link", { name: /^Keys Only .* Settings$/ })).toBeVisible();
  await page.goto("/settings");
  await reaches(/^Delete account$/);
  await keyboard.press("Enter");
  await expect(page.getByRole("alertdialog").getByLabel("Password")).toBeFocused();
  await keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete account", exact: true })).toBeFocused();
});

async function downloads(page: Page, act: () => Promise<void>): Promise<{ name: string; path: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const path = await pathOf(download);
  return { name: download.suggestedFilename(), path, text: await readFile(path, "utf8") };
}

async function pathOf(download: Download): Promise<string> {
  expect(await download.failure()).toBeNull();
  return download.path();
}

async function imports(page: Page, path: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByText("Import a JSON export").click(),
  ]);
  await chooser.setFiles(path);
}
