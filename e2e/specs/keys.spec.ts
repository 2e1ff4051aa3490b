import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: Enter sends, Shift+Enter breaks the line, and neither ends a composition", async ({ person }) => {
  const { page, composer } = person;
  await page.goto("/new");
  await composer.fill("one");
  await composer.press("Shift+Enter");
  await page.keyboard.type("two");
  await expect(composer).toHaveValue("one\ntwo");
  for (const code of [{ isComposing: true }, { keyCode: 229 }]) {
    await composer.dispatchEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...code });
    await expect(composer).toHaveValue("one\ntwo");
  }
  await composer.press("Enter");
  await expect(composer).toHaveValue("");
  await expect(person.sent).toHaveText(/one\s*two/);
  await person.isAnswered();
});

test("R-WEB-4: Enter does nothing while an answer is due, and the text stays; Escape stops the answer", async ({
  person,
}) => {
  await person.page.goto("/new");
  await person.says("[long 300 100] go on");
  await expect(person.answers.last()).toContainText("word2");
  await person.composer.fill("not yet");
  await person.composer.press("Enter");
  await expect(person.composer).toHaveValue("not yet");
  await expect(person.stop).toBeVisible();
  await person.composer.press("Escape");
  await expect(person.send).toBeVisible();
  await expect(person.composer).toHaveValue("not yet");
  await expect(person.sent).toHaveCount(1);
});

for (const modifier of ["Control", "Meta"]) {
  test(`R-WEB-4: ${modifier} with O, K, B and the slash: new chat, search, sidebar, list of keys`, async ({
    person,
  }) => {
    const { page, sidebar } = person;
    await person.begins("an old conversation");
    await page.keyboard.press(`${modifier}+Shift+O`);
    await expect(page).toHaveURL(/\/new$/);
    await expect(person.composer).toBeFocused();
    await page.keyboard.press(`${modifier}+b`);
    await expect(sidebar).toBeHidden();
    // It opens its stream when it has come alive; keys pressed earlier are the browser's.
    const stream = page.waitForRequest(/live\.feed/);
    await page.reload();
    await expect(sidebar).toBeHidden();
    await stream;
    await page.keyboard.press(`${modifier}+b`);
    await expect(sidebar).toBeVisible();
    await page.keyboard.press(`${modifier}+k`);
    await expect(page.getByRole("dialog", { name: "Search conversations" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press(`${modifier}+/`);
    const keys = page.getByRole("dialog", { name: "Keys" });
    await expect(keys).toContainText("Search");
    await expect(keys).toContainText("Begin a new line");
    await page.keyboard.press("Escape");
    await expect(keys).toBeHidden();
  });
}

test("R-WEB-4: New chat leads into the message box, from elsewhere and from /new itself", async ({ person }) => {
  const { page, composer } = person;
  await person.begins("an old conversation");
  for (const text of ["from elsewhere", "from elsewhere, and from there"]) {
    await page.getByRole("link", { name: "New chat" }).click();
    await expect(page).toHaveURL(/\/new$/);
    await expect(composer).toBeFocused();
    await composer.press("End");
    await page.keyboard.type(text.slice((await composer.inputValue()).length));
    await expect(composer).toHaveValue(text);
  }
});

test("R-WEB-4: Shift+Escape focuses the composer, ArrowUp in an empty one recalls the last message", async ({
  person,
}) => {
  const { page, composer } = person;
  await person.begins("say it again");
  await person.conversations.first().focus();
  await page.keyboard.press("Shift+Escape");
  await expect(composer).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(composer).toHaveValue("say it again");
  await composer.fill("mine");
  await page.keyboard.press("ArrowUp");
  await expect(composer).toHaveValue("mine");
});

test("R-WEB-4: Escape closes the menu first, then the edit, and only then stops the answer", async ({ person }) => {
  const { page } = person;
  await person.begins("edit this");
  await person.says("[long 300 100] and go on");
  await expect(person.answers.last()).toContainText("word2");
  await person.conversations.first().hover();
  await page.getByRole("button", { name: /^Options for / }).click();
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeHidden();
  await expect(person.stop).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(person.stop).toBeVisible();
  await person.composer.press("Escape");
  await expect(person.send).toBeVisible();

  await person.sent.first().hover();
  await person.sent.first().getByRole("button", { name: "Edit in a new branch" }).click();
  const field = page.getByRole("textbox", { name: "Edit message" });
  await expect(field).toBeFocused();
  await field.press("Escape");
  await expect(field).toBeHidden();
  await expect(person.composer).toBeFocused();
});
