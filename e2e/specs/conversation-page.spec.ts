import type { Locator, Page } from "@playwright/test";
import { makeGate } from "../fixtures/gate.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, phone, test } from "../fixtures/test.ts";

test("R-WEB-4: deleted in another tab: the page says so, and what was typed begins a new conversation", async ({
  person,
}) => {
  const id = await person.begins("soon to be gone");
  await person.composer.fill("a draft that stays");
  const other = await person.inAnotherTab(`/c/${id}`);
  const title = (await other.sidebar.locator("[aria-current=page]").textContent()) ?? "";
  await other.deletes(title);
  await expect(person.page.getByText("This conversation was deleted.")).toBeVisible();
  await expect(person.composer).toHaveValue("a draft that stays");
  await person.composer.press("Enter");
  await expect(person.sent).toHaveText(/a draft that stays/);
  await expect(person.answers).toContainText("a draft that stays");
  await expect(person.page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  expect(person.conversationId()).not.toBe(id);
});

test("R-WEB-4: Escape cancels an edit wherever the focus is, and neither it nor Cancel loses the focus", async ({
  person,
}) => {
  await person.begins("to be edited");
  const field = person.page.getByRole("textbox", { name: "Edit message" });
  const edit = async () => {
    await person.sent.first().hover();
    await person.sent.first().getByRole("button", { name: "Edit in a new branch" }).click();
    await expect(field).toBeFocused();
  };
  await edit();
  await person.composer.click();
  await person.page.keyboard.press("Escape");
  await expect(field).toHaveCount(0);
  await edit();
  await person.page.getByRole("button", { name: "Cancel" }).click();
  await expect(field).toHaveCount(0);
  await expect(person.composer).toBeFocused();
});

test("R-WEB-4: an edit that is cancelled while its branch is being made makes none", async ({ person }) => {
  const { page } = person;
  const id = await person.begins("not to be branched");
  const field = await edits(person, "changed my mind");
  const gate = await holds(page, /conversation\.fork/);
  await field.press("Enter");
  await gate.reached;
  await field.press("Escape");
  await expect(field).toHaveCount(0);
  const taken = page.waitForResponse(/conversation\.delete/);
  gate.open();
  expect((await taken).ok()).toBe(true);
  await expect(person.conversations).toHaveCount(1);
  expect(person.conversationId()).toBe(id);
  await expect(person.sent).toHaveText([/not to be branched/]);
});

test("R-WEB-4: whoever has gone elsewhere while a branch was being made stays there, and it is sent", async ({
  person,
}) => {
  const { page } = person;
  const elsewhere = await person.begins("another matter");
  await person.begins("to be branched");
  const field = await edits(person, "asked in a branch");
  const gate = await holds(page, /conversation\.fork/);
  await field.press("Enter");
  await gate.reached;
  await person.opens(elsewhere);
  await person.composer.fill("being typed");
  const started = page.waitForResponse(/turn\.start/);
  gate.open();
  expect((await started).ok()).toBe(true);
  await expect(person.conversations).toHaveCount(3);
  expect(person.conversationId()).toBe(elsewhere);
  await expect(person.composer).toHaveValue("being typed");
});

test("R-WEB-4: the text of an edit is there after going elsewhere and back, and after scrolling far away", async ({
  person,
  database,
}) => {
  const elsewhere = await person.begins("another matter");
  const id = await person.begins("a long one");
  await database.lengthen(id, 302, "Line #");
  await person.page.reload();
  await expect(person.sent.last()).toBeInViewport();
  const field = await edits(person, "carefully worded");
  await person.opens(elsewhere);
  await expect(field).toHaveCount(0);
  await person.opens(id);
  await expect(field).toHaveValue("carefully worded");
  const first = person.sent.filter({ hasText: "a long one" });
  await expect(async () => {
    await person.log.evaluate((log) => log.scrollTo({ top: -log.scrollHeight }));
    await expect(first).toBeInViewport({ timeout: 500 });
  }).toPass();
  await expect(field).toHaveCount(0);
  await person.page.getByRole("button", { name: "Scroll to bottom" }).click();
  await expect(field).toHaveValue("carefully worded");
});

test("R-TURN-2: a refused message comes back without taking the focus out of another field", async ({ person }) => {
  const { page } = person;
  person.problems.allow(/status of 400/);
  await person.begins("one");
  const title = await person.conversations.first().innerText();
  const gate = await holds(page, /turn\.start/, 400);
  await person.says("to be refused");
  await gate.reached;
  await person.chooses("Rename", title);
  const field = page.getByRole("textbox", { name: "Conversation title" });
  await field.fill("half a title");
  gate.open();
  await expect(person.composer).toHaveValue("to be refused");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("half a title");
});

test("R-WEB-4: what is sent while reading far up is shown at once, at the end", async ({ person, database }) => {
  const id = await person.begins("a long one");
  await database.lengthen(id, 602, "Line #");
  const [middle] = await database.sql<{ id: string }>(
    "select id from messages where conversation_id = $1 and position = 300",
    [id],
  );
  await person.page.goto("/new");
  await person.page.goto(`/c/${id}#m-${middle?.id}`);
  await expect(person.log.locator(`[data-message-id="${middle?.id}"]`)).toBeInViewport();
  // The end is long in coming; what is sent and answered does not wait for it.
  const gate = makeGate();
  await person.page.route(/message\.page/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  await person.says("[long 60 50] sent from the middle");
  await expect(person.sent.last()).toContainText("sent from the middle");
  await expect(person.answers.last()).toContainText("word20");
  await expect(person.sent.last()).toContainText("sent from the middle");
  gate.open();
  await expect(person.answers.last()).toContainText("word60");
  await expect(person.answers.last()).toBeInViewport();
  await expect(person.log.getByText("Loading newer messages…")).toHaveCount(0);
  await expect(person.sent.filter({ hasText: "sent from the middle" })).toHaveCount(1);
});

test("R-WEB-4: Scroll to bottom reaches the end while the answer grows, and stays there", async ({ person }) => {
  await person.begins("[long 400 1]");
  await person.says("[long 250 20]");
  await expect(person.answers).toHaveCount(2);
  await expect(person.answers.last()).toContainText("word20 ");
  const toBottom = person.page.getByRole("button", { name: "Scroll to bottom" });
  await expect(async () => {
    await person.log.hover();
    await person.page.mouse.wheel(0, -700);
    await expect(toBottom).toBeVisible({ timeout: 300 });
  }).toPass();
  await toBottom.click();
  await expect(person.answers.last()).toContainText("word120 ");
  expect(await person.log.evaluate((log) => Math.abs(log.scrollTop))).toBeLessThan(2);
  await person.isAnswered();
});

test("R-TURN-2: a turn that failed is tried again with the model that was chosen since, and the focus is kept", async ({
  person,
}) => {
  await person.page.goto("/new");
  await person.says("refused [401]");
  await expect(person.alert).toBeVisible({ timeout: 30_000 });
  await person.page.getByRole("button", { name: /^Model:/ }).click();
  await person.page.getByRole("menuitemradio", { name: /built-in/ }).click();
  await person.alert.getByRole("button", { name: "Try again" }).click();
  await expect(person.answers).toHaveCount(1);
  await person.isAnswered();
  await expect(person.alert).toHaveCount(0);
  expect(await person.page.evaluate(() => document.activeElement === document.body)).toBe(false);
});

test("R-WEB-4: what a visitor typed is there after signing in, beside what was left there before", async ({
  person,
}) => {
  // The session ends under an open page, which may be about to connect its stream.
  person.problems.allow(/status of 401/);
  const account = { email: `draft-${Date.now()}@example.com`, password: "a long enough password" };
  const { page } = person;
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ann");
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).not.toHaveURL(/sign-up/);
  await page.goto("/new");
  await person.composer.fill("half a thought");
  await page.context().clearCookies();
  await page.goto("/new");
  await person.composer.fill("another one");
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).not.toHaveURL(/sign-in/);
  await page.goto("/new");
  await expect(person.composer).toHaveValue("half a thought\n\nanother one");
});

test("R-WEB-4: an answer is announced once, whole, and stands in the page once", async ({ person }) => {
  await person.begins("first");
  await listenToAnnouncements(person.page);
  await person.asks("[long 25 40]");
  await expect.poll(() => announcements(person.page)).toEqual([expect.stringContaining("word25")]);
  await expect(person.page.getByText("word25")).toHaveCount(1);
});

test.describe("on a phone", () => {
  test.use(phone);

  test("R-WEB-4: the drawer closes with the link of the conversation that is open, too", async ({ person }) => {
    await person.begins("the only one");
    await person.page.getByRole("button", { name: "Open sidebar" }).click();
    await person.sidebar.locator("[aria-current=page]").click();
    await expect(person.sidebar).toBeHidden();
  });
});

/** Begins to edit the last message that was sent. */
async function edits(person: Person, text: string) {
  await person.sent.last().hover();
  await person.sent.last().getByRole("button", { name: "Edit in a new branch" }).click();
  const field = person.page.getByRole("textbox", { name: "Edit message" });
  await field.fill(text);
  return field;
}

/** Holds a request back until it is let through, or refused. */
async function holds(page: Page, url: RegExp, refusal?: number) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = page.waitForRequest(url);
  await page.route(url, async (route) => {
    await opened;
    if (refusal === undefined) return route.continue();
    const error = { message: "No", code: -32600, data: { code: "BAD_REQUEST", httpStatus: refusal } };
    await route.fulfill({ status: refusal, contentType: "application/json", body: JSON.stringify([{ error }]) });
  });
  return { reached, open: () => open() };
}

declare global {
  interface Window {
    announced?: string[];
  }
}

/** What a screen reader would be told that holds an answer's words. */
async function listenToAnnouncements(page: Page): Promise<void> {
  await page.evaluate(() => {
    const announced: string[] = [];
    window.announced = announced;
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const region = element?.closest("[aria-live], [role=status], [role=alert], [role=log]");
        const text = region?.textContent ?? "";
        if (region?.getAttribute("aria-live") !== "off" && text.includes("word")) announced.push(text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

function announcements(page: Page): Promise<string[]> {
  return page.evaluate(() => window.announced ?? []);
}

test("R-MSG-9: what is read stays in its place as the messages below it leave the document, in every browser", async ({
  person,
  database,
}) => {
  const { page, messages } = person;
  const id = await person.begins("read upwards");
  await database.lengthen(id, 40, `# is long. ${"A sentence of it. ".repeat(60)}`);
  await page.route("**/api/trpc/**", () => {}); // what the page came with is all there is
  await page.reload();
  await expect(messages.last()).toContainText("40 is long.");
  const read = messages.filter({ hasText: "37 is long." });
  // As in a browser that does not hold what is read by itself. The moment after, the window moves on.
  const place = await read.evaluate((element) => {
    const log = element.closest<HTMLElement>("[role=log]");
    log?.style.setProperty("overflow-anchor", "none");
    log?.scrollTo({ top: -1_500 });
    return element.getBoundingClientRect().top;
  });
  await expect(messages.last()).not.toContainText("40 is long.");
  expect((await read.boundingBox())?.y).toBeCloseTo(place, 0);
});

test("R-WEB-4: what cannot be loaded when it is opened is told in a sentence; the page stays, and it opens the next time", async ({
  person,
}) => {
  const { page, composer } = person;
  await person.begins("stays on the page");
  person.problems.allow(/Failed to load resource/, /ERR_FAILED/);
  let isRefused = true;
  await page.route("**/_next/static/**/*.js", (route) => (isRefused ? route.abort() : route.continue()));
  await person.asks("the sum is $x^2$");
  await expect(person.answers.last().getByRole("code")).toHaveText("x^2");
  await composer.fill("half a thought");
  const notice = page.getByText("This could not be loaded.");
  const openings: [open: () => Promise<void>, opened: Locator][] = [
    [() => asksToDelete(person), page.getByRole("alertdialog")],
    [
      () => page.getByRole("button", { name: "Tasks", exact: true }).click(),
      page.getByRole("complementary", { name: "Tasks" }),
    ],
  ];
  for (const [open, opened] of openings) {
    await expect(notice).toBeHidden();
    isRefused = true;
    await open();
    await expect(notice).toBeVisible();
    await expect(opened).toBeHidden();
    await expect(composer).toHaveValue("half a thought");
    isRefused = false;
    await open();
    await expect(opened).toBeVisible();
    await page.keyboard.press("Escape");
  }
});

async function asksToDelete({ page }: Person): Promise<void> {
  await page
    .getByRole("button", { name: /^Options for/ })
    .first()
    .click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
}
