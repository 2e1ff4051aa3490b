import { expect, test } from "../fixtures/test.ts";

test("R-CONV-6: an address that cannot be a conversation's says so, however it is written", async ({ person }) => {
  await person.begins("my own");
  person.problems.allow(/status of 404/);
  for (const id of ["..%2f..%2fetc", "%2e%2e%2fnew", "a%20b", "%E2%82%AC", "17"]) {
    const response = await person.page.goto(`/c/${id}`);
    expect(response?.status(), id).toBe(404);
    await expect(person.page.getByRole("heading", { name: "There is no such conversation." })).toBeVisible();
    await expect(person.page.getByText("Loading…")).toHaveCount(0);
  }
  await person.page.getByRole("link", { name: "Back to the chat" }).click();
  await expect(person.sent).toHaveText(["my own"]);
});

test("R-CONV-6: an address in capitals leads to the same conversation", async ({ person }) => {
  const id = await person.begins("in small letters");
  await person.page.goto(`/c/${id.toUpperCase()}?message=none`);
  await expect(person.page).toHaveURL(new RegExp(`/c/${id}`));
  await person.asks("it goes on");
  await expect(person.messages).toHaveCount(4);
});

test("R-WEB-2: the open conversation is marked in the sidebar, however deep in it it lies", async ({
  person,
  database,
}) => {
  await person.begins("the newest");
  const [owner] = await database.sql<{ id: string }>("select user_id as id from messages where content = 'the newest'");
  await database.sql(
    `insert into conversations (user_id, title, created_at, updated_at)
     select $1, 'Number ' || n, now() - n * interval '1 minute', now() - n * interval '1 minute' from generate_series(1, 400) n`,
    [owner?.id],
  );
  const open = person.sidebar.locator("[aria-current=page]");
  for (const title of ["Number 40", "Number 399"]) {
    const [found] = await database.sql<{ id: string }>("select id from conversations where title = $1", [title]);
    await person.page.goto(`/c/${found?.id}`);
    await expect(open).toHaveText([title]);
    await open.scrollIntoViewIfNeeded();
    await expect(open).toHaveText([title]);
    const drawn = await person.conversations.count();
    expect(drawn).toBeLessThan(120);
  }
});

test("R-WEB-4: what goes wrong in a form is the one alert of its page", async ({ person }) => {
  await person.page.goto("/sign-in");
  await person.page.getByLabel("Email").fill("nobody@example.com");
  await person.page.getByLabel("Password").fill("not my password");
  person.problems.allow(/status of 401/);
  await person.page.getByRole("button", { name: "Sign in" }).click();
  await expect(person.page.getByRole("alert")).toHaveText("The email or the password is not right.");
});
