import { twoFrames } from "../fixtures/frames.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-WEB-2: three conversations do not mix, and switching shows each one's messages alone", async ({ person }) => {
  const words = ["alpha", "bravo", "charlie"];
  for (const word of words) await person.begins(`${word} begins`);
  for (const word of words) {
    await person.link(new RegExp(word)).click();
    await expect(person.log).toContainText(`${word} begins`);
    await person.asks(`${word} goes on`);
  }
  for (const word of words) {
    await person.link(new RegExp(word)).click();
    await expect(person.sent).toHaveText([new RegExp(`${word} begins`), new RegExp(`${word} goes on`)]);
    await expect(person.link(new RegExp(word))).toHaveAttribute("aria-current", "page");
    for (const other of words.filter((each) => each !== word)) await expect(person.log).not.toContainText(other);
  }
});

test("R-CONV-3, R-CONV-4: five are listed by recency, and a message moves an old one to the top", async ({
  person,
}) => {
  for (const number of ["first", "second", "third", "fourth", "fifth"]) await person.begins(`the ${number} one`);
  await expect(person.conversations).toHaveText([/fifth/, /fourth/, /third/, /second/, /first/]);
  await person.link(/second/).click();
  await person.asks("back to the top");
  const order = [/second/, /fifth/, /fourth/, /third/, /first/];
  await expect(person.conversations).toHaveText(order);
  await person.page.reload();
  await expect(person.conversations).toHaveText(order);
});

test("R-CONV-2: a conversation is renamed, and keeps its name and its place", async ({ person }) => {
  await person.begins("a name to change");
  await person.begins("the newest one");
  await person.renames("a name to change", "A better name");
  await expect(person.conversations).toHaveText([/the newest one/, /A better name/]);
  await person.page.reload();
  await expect(person.conversations).toHaveText([/the newest one/, /A better name/]);
});

test("R-CONV-2: Escape leaves the name as it was", async ({ person }) => {
  await person.begins("a name to keep");
  await person.chooses("Rename", "a name to keep");
  const field = person.page.getByRole("textbox", { name: "Conversation title" });
  await field.fill("something else");
  await field.press("Escape");
  await expect(person.link("a name to keep")).toBeVisible();
});

test("R-CONV-2, R-WEB-4: a rename that is left for the composer is kept, and so is what is typed there", async ({
  person,
}) => {
  await person.begins("a name to change");
  await person.chooses("Rename", "a name to change");
  await person.page.getByRole("textbox", { name: "Conversation title" }).fill("Left for the composer");
  await person.composer.click();
  await expect(person.link("Left for the composer")).toBeVisible();
  await twoFrames(person.page);
  await person.page.keyboard.type("goes where it was clicked");
  await expect(person.composer).toHaveValue("goes where it was clicked");
});

test("R-CONV-5: a deleted conversation is gone from the page, and all of it from the database", async ({
  person,
  database,
}) => {
  await person.begins("the one that stays");
  const id = await person.begins("the one that goes");
  await person.deletes("the one that goes");
  await expect(person.page).not.toHaveURL(new RegExp(id));
  await expect(person.conversations).toHaveText([/the one that stays/]);
  for (const table of ["messages", "turns"]) {
    expect(await database.sql(`select 1 from ${table} where conversation_id = $1`, [id])).toEqual([]);
  }
  expect(await database.sql("select 1 from conversations where id = $1", [id])).toEqual([]);
  person.problems.allow(/404/);
  expect((await person.page.goto(`/c/${id}`))?.status()).toBe(404);
});

test("R-CONV-2: a deletion that is cancelled deletes nothing", async ({ person }) => {
  await person.begins("spared at the last moment");
  await person.chooses("Delete", "spared at the last moment");
  await person.page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await expect(person.link("spared at the last moment")).toBeVisible();
  await person.page.reload();
  await expect(person.link("spared at the last moment")).toBeVisible();
});

test("R-WEB-4: New chat opens an empty conversation, and the first message makes it without a reload", async ({
  person,
}) => {
  await person.begins("an old conversation");
  await person.page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await person.sidebar
    .getByText("New chat")
    .or(person.page.getByRole("link", { name: "New chat" }))
    .first()
    .click();
  await expect(person.page).toHaveURL(/\/new$/);
  await expect(person.messages).toHaveCount(0);
  await person.asks("a new conversation");
  await expect(person.page).toHaveURL(/\/c\//);
  expect(await person.page.evaluate(() => "notReloaded" in window)).toBe(true);
  await expect(person.conversations).toHaveText([/a new conversation/, /an old conversation/]);
});

test("R-SEC-2: reading a page makes no user", async ({ person, database }) => {
  const count = async () => (await database.sql<{ n: number }>("select count(*)::int as n from users"))[0]?.n;
  const before = await count();
  await person.page.goto("/");
  await person.page.goto("/new");
  await expect(person.composer).toBeVisible();
  expect(await count()).toBe(before);
  await person.asks("now there is one more");
  expect(await count()).toBe(Number(before) + 1);
});
