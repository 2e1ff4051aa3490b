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
