import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: what is printed is the conversation, with the messages that are out of sight, and nothing beside it", async ({
  person,
  database,
}) => {
  const { page, log } = person;
  const id = await person.begins("on paper");
  await database.lengthen(id, 40, `# is long. ${"A sentence of it. ".repeat(60)}`);
  await page.reload();
  await expect(person.messages.last()).toContainText("40 is long.");
  await log.evaluate((element) => element.scrollTo({ top: -1_500 }));
  await expect(page.getByRole("button", { name: "Scroll to bottom" })).toBeVisible();
  const read = person.messages.filter({ hasText: "36 is long." });
  await expect(read).toBeInViewport();
  const place = await read.boundingBox();
  await page.evaluate(() =>
    window.addEventListener("beforeprint", () => {
      document.body.dataset["articles"] = String(document.querySelectorAll("article").length);
    }),
  );

  const printed = await page.pdf({ format: "A4" });
  expect(await page.locator("body").getAttribute("data-articles")).toBe("40");
  expect(printed.toString("latin1").match(/\/Type \/Page\b(?!s)/gu)?.length).toBeGreaterThan(5);
  expect(await read.boundingBox()).toEqual(place);

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(person.messages.last()).toBeVisible();
  await expect(person.sidebar).toBeHidden();
  await expect(person.composer).toBeHidden();
  await expect(page.getByRole("button", { name: "Copy" })).toHaveCount(0);
  await expect(page.locator("body")).toHaveCSS("background-color", "rgb(255, 255, 255)");
});
