import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: the text of an edit survives a refresh, the settings and the tab, and does not take the focus", async ({
  person,
}) => {
  const { page } = person;
  const id = await person.begins("to be edited");
  await (await edits(person)).fill("carefully worded");
  await page.reload();
  await expect(fieldOf(person)).toHaveValue("carefully worded");
  await expect(fieldOf(person)).not.toBeFocused();
  await page.goto("/settings");
  await page.goBack();
  await expect(fieldOf(person)).toHaveValue("carefully worded");

  const tab = await person.inAnotherTab(`/c/${id}`);
  await page.close();
  await expect(fieldOf(tab)).toHaveValue("carefully worded");
  await tab.page.getByRole("button", { name: "Cancel" }).click();
  await tab.page.reload();
  await expect(tab.sent).toHaveText([/to be edited/]);
  await expect(tab.composer).toBeEditable();
  await expect(fieldOf(tab)).toHaveCount(0);
  expect(await kept(tab)).toEqual([]);
});

test("R-WEB-4: two tabs that edit in one conversation keep a text each", async ({ person }) => {
  const id = await person.begins("to be edited");
  const field = await edits(person);
  await field.fill("mine");
  const tab = await person.inAnotherTab(`/c/${id}`);
  await expect(fieldOf(tab)).toHaveValue("mine");
  await fieldOf(tab).fill("the other's");
  await expect.poll(() => kept(person)).toHaveLength(2);
  await expect(field).toHaveValue("mine");
  await tab.page.reload();
  await expect(fieldOf(tab)).toHaveValue("the other's");
  await fieldOf(tab).press("Escape");
  await expect(fieldOf(tab)).toHaveCount(0);
  await person.page.reload();
  await expect(field).toHaveValue("mine");
});

test("R-WEB-4: an edit that waits out of sight leaves Escape to the answer", async ({ person, database }) => {
  const id = await person.begins("a long one");
  await (await edits(person)).fill("carefully worded");
  await database.lengthen(id, 302, "Line #");
  await person.page.reload();
  await expect(person.sent.last()).toBeInViewport();
  await person.says("[long 300 100] go on");
  await expect(person.answers.last()).toContainText("word2");
  await person.composer.press("Escape");
  await expect(person.send).toBeVisible();
  expect(await kept(person)).toHaveLength(1);
});

for (const way of ["Enter", "its button"]) {
  test(`R-WEB-4: a branch that is begun with ${way} goes on in the message box, and is marked in the list`, async ({
    person,
  }) => {
    const { page, sidebar } = person;
    const origin = await person.begins("one of two");
    const field = await edits(person);
    await field.fill("said in the branch");
    if (way === "Enter") await field.press("Enter");
    else await page.getByRole("button", { name: "Begin branch" }).click();
    await expect(page).not.toHaveURL(new RegExp(origin));
    await expect(person.composer).toBeFocused();
    await page.keyboard.type("and on");
    await expect(person.composer).toHaveValue("and on");
    await person.isAnswered();

    const marks = sidebar.getByRole("img", { name: "Branch" });
    const branches = sidebar.getByRole("listitem").filter({ has: page.getByRole("img", { name: "Branch" }) });
    await expect(sidebar.getByRole("link", { name: "one of two", exact: true })).toHaveCount(2);
    await expect(branches).toHaveCount(1);
    await expect(branches.locator("[aria-current=page]")).toHaveCount(1);
    await person.opens(origin);
    await page.mouse.move(640, 300);
    await expect(marks).toBeVisible();
    await page.reload();
    await expect(marks).toHaveCount(1);
    await expect(person.sent).toHaveText([/one of two/]);
    expect(await kept(person)).toEqual([]);
  });
}

/** Begins to edit the last message that was sent. */
async function edits(person: Person) {
  await person.sent.last().hover();
  await person.sent.last().getByRole("button", { name: "Edit in a new branch" }).click();
  return fieldOf(person);
}

function fieldOf(person: Person) {
  return person.page.getByRole("textbox", { name: "Edit message" });
}

/** What this browser keeps of edits. */
function kept(person: Person): Promise<string[]> {
  return person.page.evaluate(() => Object.keys(window.localStorage).filter((key) => key.startsWith("holdfast:edit:")));
}
