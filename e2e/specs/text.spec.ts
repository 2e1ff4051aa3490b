import { expect, test } from "../fixtures/test.ts";

const strange = [
  "emoji 👩‍👩‍👧‍👦 🏳️‍🌈 and a 4-byte 𝒳",
  "combining: é ñ Å, Zalgo Z̷a̶l̵g̴o̷",
  "right to left: שלום עולם and مرحبا بالعالم",
  "<script>alert('x')</script> <b>bold</b> <img src=x onerror=alert(1)>",
  "quotes ' \" ` ; -- drop table messages; \\ \\n %s $x {{y}}",
  "**not bold** _not slanted_ `not code` # not a heading",
  "a zero-width\u200bspace and a\u00a0hard one",
];

test("R-MSG-6: strange text comes back byte for byte, shown as it was typed", async ({ person, database }) => {
  test.slow();
  const id = await person.begins("strange text follows");
  for (const text of strange) {
    await person.asks(text);
    expect(await person.sent.last().textContent()).toContain(text);
    await person.page.reload();
    await expect(person.answers.last()).toBeVisible();
    expect(await person.sent.last().textContent()).toContain(text);
  }
  const rows = await database.sql<{ content: string }>(
    "select content from messages where conversation_id = $1 and role = 'user' order by position",
    [id],
  );
  expect(rows.map((row) => row.content)).toEqual(["strange text follows", ...strange]);
});

test("R-MSG-6: line breaks stay where they were typed", async ({ person }) => {
  await person.page.goto("/new");
  await person.composer.pressSequentially("first line");
  await person.composer.press("Shift+Enter");
  await person.composer.pressSequentially("second line");
  await person.composer.press("Enter");
  await person.isAnswered();
  await person.page.reload();
  const bubble = person.sent.first();
  await expect(bubble).toContainText("first line");
  expect(await bubble.innerText()).toMatch(/first line\n+second line/);
});

test("R-WEB-1: a picture that is a link is one link, and the page is taken over as the server wrote it", async ({
  person,
}) => {
  await person.begins("[![badge](https://img.example/b.svg)](https://example.com) it says");
  await person.page.reload();
  await expect(person.answers.last().getByRole("link", { name: "Picture: badge" })).toHaveAttribute(
    "href",
    "https://example.com/",
  );
  await expect(person.answers.last().getByRole("link")).toHaveCount(1);
});

test("R-MSG-4: nothing is sent where there is nothing but white space", async ({ person }) => {
  await person.page.goto("/new");
  await expect(person.composer).toBeVisible();
  for (const text of ["", "   ", "\u00a0\u3000"]) {
    await person.composer.fill(text);
    await person.composer.press("Enter");
  }
  await expect(person.messages).toHaveCount(0);
  await expect(person.page).toHaveURL(/\/new$/);
});

test("R-MSG-5: 10,000 characters are sent; one more is not, and the composer says so and keeps it", async ({
  person,
}) => {
  const wish = "[say Noted]";
  const longest = wish + "😀".repeat(10_000 - wish.length);
  await person.page.goto("/new");
  await person.composer.fill(`${longest}x`);
  await person.composer.press("Enter");
  await expect(person.page.getByText(/10,?001|10,?000/).first()).toBeVisible();
  await expect(person.messages).toHaveCount(0);
  await expect(person.composer).toHaveValue(`${longest}x`);
  await person.composer.fill(longest);
  await person.composer.press("Enter");
  await expect(person.answers).toHaveCount(1, { timeout: 20_000 });
  await person.isAnswered();
  expect(await person.sent.first().textContent()).toContain(longest);
});

test("R-WEB-4: a very long word does not widen the page", async ({ person }) => {
  await person.begins("w".repeat(3_000));
  const overflow = await person.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
});

test("R-WEB-4: a word that is wider than its table's column does not lie over the next column", async ({ person }) => {
  await person.begins(`[say | ${"w".repeat(200)} | b |\n|---|---|\n| a | ${"z".repeat(200)} |]`);
  for (const role of ["columnheader", "cell"] as const) {
    for (const cell of await person.answers.getByRole(role).all()) {
      expect(await cell.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
    }
  }
});

test("R-WEB-4: a title from right to left that does not fit keeps its beginning, also above the conversation", async ({
  person,
}) => {
  await person.begins("שיחה בעברית עם כותרת ארוכה");
  await expect(person.page.getByRole("heading", { level: 1 })).toHaveCSS("direction", "rtl");
});
