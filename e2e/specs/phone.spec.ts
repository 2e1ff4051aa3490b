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

test.describe("magnified to 400 %", () => {
  test.use({ viewport: { width: 320, height: 256 }, hasTouch: false, isMobile: false });

  test("R-WEB-4: the list of conversations can be used, and Send stays on the screen below a long draft", async ({
    person,
  }) => {
    const { page } = person;
    const id = await person.begins("the only one");
    await page.goto("/new");
    await person.composer.fill("a line\n".repeat(30));
    await expect(person.send).toBeInViewport({ ratio: 1 });
    await person.composer.fill("");
    await page.getByRole("button", { name: "Open sidebar" }).click();
    const link = person.link("the only one");
    await link.scrollIntoViewIfNeeded();
    await expect(link).toBeInViewport({ ratio: 1 });
    await person.opens(id);
  });
});
