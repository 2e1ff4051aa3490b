import { makeGate } from "../fixtures/gate.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: search finds titles and messages as they are typed, with the words marked", async ({ person }) => {
  await person.begins("Recipes for aubergine");
  await person.begins("something about the weather");
  await person.asks("the zephyr blows from the west");
  const { dialog, field, options } = await searches(person);
  await expect(field).toBeFocused();
  await field.pressSequentially("zeph");
  await expect(options.filter({ hasText: "something about the weather" }).first()).toBeVisible();
  await expect(options.locator("mark").filter({ hasText: "zephyr" }).first()).toBeVisible();
  await expect(dialog.getByRole("group", { name: "Messages" })).toBeVisible();
  await field.fill("aubergine");
  await expect(dialog.getByRole("group", { name: "Conversations" }).getByRole("option")).toHaveText([
    /Recipes for aubergine/,
  ]);
  await expect(options.filter({ hasText: "weather" })).toHaveCount(0);
  await field.fill("nobody ever said this");
  await expect(dialog.getByText("Nothing holds “nobody ever said this”.")).toBeVisible();
});

test("R-WEB-4: what is found opens at that very message, also far up in a long conversation", async ({
  person,
  database,
}) => {
  const id = await person.begins("a long conversation");
  await person.asks("the needle is here");
  await database.lengthen(id, 400, "hay #");
  await person.begins("where the search begins");
  const { field, options } = await searches(person);
  await field.fill("needle");
  await expect(options.first()).toContainText("needle");
  await field.press("Enter");
  await expect(person.page).toHaveURL(new RegExp(`/c/${id}`));
  await expect(person.page.getByRole("dialog")).toHaveCount(0);
  await expect(person.sent.filter({ hasText: "the needle is here" })).toBeInViewport();
});

test("R-WEB-4, R-TURN-3: whoever goes on at the end from what was found is at the end after a refresh, and can go back to it", async ({
  person,
  database,
}) => {
  const id = await person.begins("a long one");
  await database.lengthen(id, 402, "Line #");
  await database.sql("update messages set content = 'quince jelly' where conversation_id = $1 and position = 20", [id]);
  const found = person.log.getByText("quince jelly");
  const goesToIt = async () => {
    await person.page.keyboard.press("Control+k");
    await person.page.getByRole("combobox").fill("quince");
    await person.page.getByRole("option", { name: /quince jelly/ }).click();
    await expect(found).toBeInViewport();
  };
  await goesToIt();
  await person.asks("on we go");
  await person.page.reload();
  await expect(person.sent.last()).toContainText("on we go");
  await expect(person.answers.last()).toBeInViewport();
  await goesToIt();
  await person.page.getByRole("button", { name: "Scroll to bottom" }).click();
  await expect(person.answers.last()).toBeInViewport();
  await goesToIt();
});

test("R-WEB-4: search is all by keyboard: arrows go around, Enter opens, Escape gives the focus back", async ({
  person,
}) => {
  const target = await person.begins("mulberry one");
  await person.begins("mulberry two");
  await person.composer.focus();
  await person.page.keyboard.press("Control+k");
  const { field, options } = found(person);
  await field.fill("mulberry");
  const hit = options.filter({ hasText: "mulberry one" }).first();
  await expect(hit).toBeVisible();
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await field.press("ArrowUp");
  await expect(options.last()).toHaveAttribute("aria-selected", "true");
  await field.press("ArrowDown");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  while ((await hit.getAttribute("aria-selected")) !== "true") await field.press("ArrowDown");
  await field.press("Enter");
  await expect(person.page).toHaveURL(new RegExp(`/c/${target}`));

  await person.composer.focus();
  await person.page.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  await field.press("Escape");
  await expect(field).toBeHidden();
  await expect(person.composer).toBeFocused();
});

test("R-WEB-4: the browser's Back leaves no dialog over the page that it leads to", async ({ person }) => {
  const first = await person.begins("the first");
  await person.begins("the second");
  await person.link("the first").click();
  await person.link("the second").click();
  const { dialog } = await searches(person);
  await person.page.goBack();
  await expect(person.page).toHaveURL(new RegExp(`/c/${first}$`));
  await expect(dialog).toHaveCount(0);
  await person.composer.fill("and on it goes");
  await expect(person.composer).toHaveValue("and on it goes");
});

test("R-WEB-4: what is typed before the search can open stands in its field, and nothing of it in the composer", async ({
  person,
}) => {
  const { page, composer } = person;
  await person.begins("quince jelly");
  // Everything that is fetched only when it is asked for waits for this.
  const gate = makeGate();
  await page.goto("/new");
  await page.addInitScript(() => Object.defineProperty(window, "requestIdleCallback", { value: () => 0 }));
  const stream = page.waitForRequest(/live\.feed/);
  await page.reload();
  await stream;
  await expect(composer).toBeFocused();
  await page.route(/\.js(\?|$)/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("quincy");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("e jel");
  await page.keyboard.press("Enter");
  await expect(composer).toHaveValue("");
  gate.open();
  const { field, options } = found(person);
  await expect(field).toHaveValue("quince jel");
  await expect(field).toBeFocused();
  await page.keyboard.type("ly");
  await expect(field).toHaveValue("quince jelly");
  await expect(options.filter({ hasText: "quince jelly" }).first()).toBeVisible();
  await expect(composer).toHaveValue("");
  await expect(page).toHaveURL(/\/new$/);
});

test("R-WEB-4: Enter opens what belongs to the words in the field, not what was found for others", async ({
  person,
}) => {
  await person.begins("marzipan");
  const wanted = await person.begins("nougat");
  await person.page.goto("/new");
  const { field, options } = await searches(person);
  await field.fill("marzipan");
  await expect(options.filter({ hasText: "marzipan" }).first()).toBeVisible();
  const gate = makeGate();
  await person.page.route(/search\.find/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  const asked = person.page.waitForRequest(/search\.find/);
  await field.fill("nougat");
  await asked;
  await field.press("Enter");
  await expect(person.page).toHaveURL(/\/new$/);
  gate.open();
  await expect(person.page).toHaveURL(new RegExp(`/c/${wanted}`));
  await expect(person.page.getByRole("dialog")).toHaveCount(0);
});

test("R-CONV-5: a deleted conversation is not found any more", async ({ person }) => {
  await person.begins("the one that stays");
  await person.begins("quokka sighting");
  const { field, options } = await searches(person);
  await field.fill("quokka");
  await expect(options.filter({ hasText: "quokka sighting" }).first()).toBeVisible();
  await field.press("Escape");
  await person.deletes("quokka sighting");
  await searches(person);
  await field.fill("quokka");
  await expect(person.page.getByText("Nothing holds “quokka”.")).toBeVisible();
});

test("R-SEC-1: nobody finds what another person wrote", async ({ person, anotherPerson }) => {
  await anotherPerson.begins("an axolotl of theirs");
  await person.begins("my own");
  const { field } = await searches(person);
  await field.fill("axolotl");
  await expect(person.page.getByText("Nothing holds “axolotl”.")).toBeVisible();
});

test("R-CONV-7: among ten thousand conversations a title is found as it is typed", async ({ person, database }) => {
  const id = await person.begins("the first of many");
  await database.sql(
    `insert into conversations (user_id, title) select user_id, 'Number ' || n || case n when 7777 then ' okapi' else '' end
     from conversations, generate_series(1, 10000) as n where id = $1`,
    [id],
  );
  const { field, options } = await searches(person);
  await field.pressSequentially("okap");
  await expect(options.filter({ hasText: "Number 7777 okapi" })).toBeVisible({ timeout: 3_000 });
});

function found({ page }: Person) {
  const dialog = page.getByRole("dialog", { name: "Search conversations" });
  return { dialog, field: dialog.getByRole("combobox", { name: "Search" }), options: dialog.getByRole("option") };
}

async function searches(person: Person) {
  await person.page.getByRole("button", { name: "Search", exact: true }).click();
  const parts = found(person);
  await expect(parts.field).toBeVisible();
  return parts;
}
