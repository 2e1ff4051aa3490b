import type { Locator } from "@playwright/test";
import { expect, test } from "../fixtures/test.ts";

const nested = (opening: string, depth: number) => `${opening.repeat(depth)}x${"}".repeat(depth)}`;
const doubling = [..."abcdefghijkl"].map(
  (name, index, all) => `\\def\\${name}{\\${all[index + 1] ?? "x"}\\${all[index + 1] ?? "x"}}`,
);

/** What a formula may try; each kind in a message of its own. */
const hostile: Record<string, string[]> = {
  "addresses, pictures and attributes": [
    "\\href{javascript:window.ran='href'}{x}",
    "\\url{javascript:window.ran='url'}",
    "\\href{https://evil.example/}{x}",
    "\\includegraphics{https://evil.example/pixel.png}",
    "\\htmlData{ran=1}{x}",
    "\\htmlClass{evil}{x}",
    "\\htmlId{message}{x}",
    "\\htmlStyle{position: fixed; background: url(https://evil.example/pixel.png)}{x}",
    "\\text{<img src=x onerror=window.ran='text'>}",
    "</math><img src=x onerror=window.ran='tag'>",
    "\\gdef\\frac#1#2{\\href{javascript:window.ran='gdef'}{x}}\\frac12",
  ],
  "macros without end": [
    "\\def\\a{\\a\\a}\\a",
    "\\def\\a#1{\\a{#1#1}}\\a{x}",
    "\\newcommand{\\b}{\\b x}\\b",
    `${doubling.join("")}\\a`,
  ],
  "what is huge or elsewhere": [
    "\\rule{1e6em}{1e6em}",
    "\\rule[-1000000em]{1000000em}{2000000em}",
    "\\kern{1000000em}x\\kern{-1000000em}",
    "\\genfrac{}{}{1000000em}{}{x}{y}",
    "\\begin{matrix}x\\\\[1000000em]y\\end{matrix}",
    nested("\\raisebox{-20em}{", 100),
    "\\kern{-20em}".repeat(50),
    "\\rule{20em}{20em}".repeat(50),
  ],
  "what is deep": [nested("{", 400), nested("\\sqrt{", 100), nested("x^{", 200), nested("\\frac{1}{", 100)],
  "what is deeper": [nested("\\sqrt{", 650)],
  "what never ends": ["\\frac{a", "\\left(x", "\\begin{matrix}x", "{".repeat(1_000), "\\".repeat(1_001)],
};

test("R-SEC-8: no formula runs or loads anything, grows beyond its answer, or keeps the page from being used", async ({
  person,
  server,
}) => {
  test.slow();
  const elsewhere = person.requestsBeyond(server.url);
  await person.begins("formulas follow");
  for (const [kind, formulas] of Object.entries(hostile)) {
    await test.step(kind, async () => {
      await person.asks(formulas.map((formula) => `$${formula}$ and $1+1$\n\n$$\n${formula}\n$$`).join("\n\n"));
      const answer = person.answers.last();
      await expect(answer.locator("math").filter({ hasText: /^1\+1$/ })).toHaveCount(formulas.length);
      await isHarmless(answer);
    });
  }
  const shown = person.answers.last().locator("code");
  for (const formula of ["\\frac{a", "\\left(x"]) await expect(shown.filter({ hasText: formula })).toHaveCount(2);
  expect(await person.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  await person.page.reload();
  await person.asks("and it goes on");
  await expect(person.answers.last()).toHaveText(/^Echo: and it goes on/);
  expect(await person.page.evaluate(() => "ran" in window)).toBe(false);
  expect(elsewhere).toEqual([]);
});

test("R-SEC-8: a formula draws nothing over what others said", async ({ person }) => {
  await person.page.goto("/new");
  const tall = `\\begin{matrix}${"x\\\\".repeat(16)}\\end{matrix}`;
  await person.asks(
    `$\\raisebox{6em}{\\text{${"as if you had said it ".repeat(6)}}}$ and $\\smash{${tall}}$ and $1+1$`,
  );
  await expect(person.answers.last().locator("math")).toHaveCount(3);
  const isDrawnOver = await person.sent.last().evaluate((article) => {
    const { left, right, top, bottom } = article.getBoundingClientRect();
    for (let y = top; y < bottom; y += 4) {
      for (let x = left; x < right; x += 4) if (document.elementFromPoint(x, y)?.closest("math")) return true;
    }
    return false;
  });
  expect(isDrawnOver).toBe(false);
});

test("R-WEB-4: a formula in a line that is wider than the column can be read to its end, and stands on the line", async ({
  person,
}) => {
  await person.page.goto("/new");
  await person.asks(`$x+y$ and $${"x+".repeat(100)}y$ and $x+y$`);
  const formulas = person.answers.last().locator("math");
  const wide = formulas.nth(1);
  await expect(wide.getByText("y")).not.toBeInViewport();
  await wide.evaluate((math) => math.scrollTo({ left: math.scrollWidth }));
  await expect(wide.getByText("y")).toBeInViewport();
  const heights = await formulas.evaluateAll((all) => all.map((math) => math.clientHeight));
  expect(new Set(heights).size).toBe(1);
});

async function isHarmless(answer: Locator): Promise<void> {
  const forbidden =
    "a, img, script, style, iframe, annotation, [href], [src], [style], [class], [id], [onerror], [data-ran]";
  await expect(answer.locator("math").locator(forbidden)).toHaveCount(0);
  const beyond = await answer.evaluate((article) => [
    article.scrollWidth - article.clientWidth,
    article.scrollHeight - article.clientHeight,
  ]);
  for (const pixels of beyond) expect(pixels).toBeLessThan(10);
}
