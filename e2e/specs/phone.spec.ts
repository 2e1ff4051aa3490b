import { expect, phone, test } from "../fixtures/test.ts";

test.use(phone);

test("R-WEB-4: on a phone the sidebar is a drawer, and all of a conversation works", async ({ person }) => {
  await person.begins("from a phone");
  await expect(person.messages).toHaveCount(2);
  await expect(person.conversations.first()).not.toBeInViewport();
  const overflow = await person.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await person.page
    .getByRole("button", { name: /sidebar|conversations|menu/i })
    .first()
    .click();
  await expect(person.link("from a phone")).toBeInViewport();
});

test("R-WEB-4: on a phone a tool's name stays whole beside a long note, which gives way", async ({ person }) => {
  await person.begins(`[tool add_task {"title":"${"a very long task ".repeat(8)}"}] [then echo done]`);
  const line = person.answers.last().getByRole("group").locator("summary");
  const [name, note] = [line.locator("span"), line.locator("em")];
  await expect(name).toHaveText("Add task");
  const isCut = (element: HTMLElement) => element.scrollWidth > element.clientWidth;
  expect(await note.evaluate(isCut)).toBe(true);
  expect(await name.evaluate(isCut)).toBe(false);
  expect((await name.boundingBox())?.height).toBeLessThan(30);
});
