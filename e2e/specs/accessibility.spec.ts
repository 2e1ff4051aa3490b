import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../fixtures/test.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`R-WEB-4: no page has an accessibility violation (${colorScheme})`, async ({ person }) => {
    const { page } = person;
    await page.emulateMedia({ colorScheme });
    const id = await person.begins("is this accessible");
    for (const path of ["/new", `/c/${id}`, "/sign-in", "/sign-up", "/settings"]) {
      await page.goto(path);
      await expect(page.locator("main, form, [role=main]").first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        ({ id: rule, nodes }) => `${rule}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`,
      );
      expect(found, path).toEqual([]);
    }
  });
}
