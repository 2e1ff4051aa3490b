import { isAccessible } from "../fixtures/accessibility.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-WEB-4: no page has an accessibility violation", async ({ person }) => {
  const { page } = person;
  const id = await person.begins("is this accessible");
  for (const path of ["/new", `/c/${id}`, "/sign-in", "/sign-up", "/settings"]) {
    await page.goto(path);
    await expect(page.locator("main, form, [role=main]").first()).toBeVisible();
    await isAccessible(person, path);
  }
});

test("R-WEB-4: where the system chooses the colours, what can be pressed and what is chosen is still seen", async ({
  person,
}) => {
  const { page } = person;
  await page.emulateMedia({ forcedColors: "active" });
  await person.begins("in the system's own colours");
  const ground = await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  for (const name of ["Copy", "Try again"]) {
    const drawing = person.answers.getByRole("button", { name }).locator("i");
    await expect(drawing).not.toHaveCSS("background-color", ground);
  }
  await expect(person.send).toHaveCSS("border-top-style", "solid");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).press("ArrowDown");
  await expect(page.getByRole("option", { selected: true })).toHaveCSS("outline-style", "solid");
  await page.goto("/settings");
  const chosen = page.getByRole("radio", { name: "System" }).locator("..");
  await expect(chosen).not.toHaveCSS("background-color", ground);
});
