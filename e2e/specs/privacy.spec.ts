import { randomUUID } from "node:crypto";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-SEC-1: two people see their own conversations and nothing of each other's", async ({
  person,
  anotherPerson,
}) => {
  await person.begins("a secret of mine");
  await anotherPerson.begins("a secret of theirs");
  await person.page.reload();
  await expect(person.conversations).toHaveText([/a secret of mine/]);
  await anotherPerson.page.reload();
  await expect(anotherPerson.conversations).toHaveText([/a secret of theirs/]);
});

test("R-CONV-6: another's conversation is a page that says so, with status 403 and nothing in it", async ({
  person,
  anotherPerson,
}) => {
  const theirs = await anotherPerson.begins("kept from everybody else");
  await person.begins("my own");
  await sees(person, `/c/${theirs}`, 403);
  await expect(person.page.locator("body")).not.toContainText("kept from everybody else");
  await expect(person.sidebar).toContainText("my own");
});

test("R-CONV-6: a conversation that does not exist is a page that says so, with status 404", async ({ person }) => {
  await person.begins("my own");
  await sees(person, `/c/${randomUUID()}`, 404);
  await expect(person.sidebar).toContainText("my own");
});

test("R-CONV-6: a malformed id is a page that says so, with status 404", async ({ person }) => {
  for (const id of ["not-an-id", "123", "%00"]) await sees(person, `/c/${id}`, 404);
});

test("R-SEC-2: a visitor gets the same pages, and no user is made for it", async ({
  person,
  anotherPerson,
  database,
}) => {
  const theirs = await anotherPerson.begins("not for visitors");
  const before = await database.sql("select id from users order by id");
  await sees(person, `/c/${theirs}`, 403);
  await sees(person, `/c/${randomUUID()}`, 404);
  expect(await database.sql("select id from users order by id")).toEqual(before);
});

test("R-CONV-6: the API refuses another's conversation in every procedure, and changes nothing", async ({
  person,
  anotherPerson,
  database,
}) => {
  const theirs = await anotherPerson.begins("out of reach");
  await person.begins("my own");
  const queries = {
    "conversation.get": { id: theirs },
    "message.history": { conversationId: theirs },
    "message.page": { conversationId: theirs, limit: 10 },
  };
  for (const [procedure, input] of Object.entries(queries)) {
    const response = await person.page.request.get(
      `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`,
    );
    expect(response.status(), procedure).toBe(403);
    expect(await response.text(), procedure).not.toContain("out of reach");
  }
  const mutations = {
    "conversation.rename": { id: theirs, title: "mine now" },
    "conversation.update": { id: theirs, pinned: true },
    "conversation.delete": { id: theirs },
    "message.add": { conversationId: theirs, role: "user", content: "hello from outside" },
    "turn.start": { turnId: randomUUID(), conversationId: theirs, message: "hello from outside" },
  };
  const origin = new URL(person.page.url()).origin;
  for (const [procedure, data] of Object.entries(mutations)) {
    const response = await person.page.request.post(`/api/trpc/${procedure}`, { data, headers: { origin } });
    expect(response.status(), procedure).toBe(403);
  }
  const [row] = await database.sql("select title, pinned_at, message_count from conversations where id = $1", [theirs]);
  expect(row).toMatchObject({ title: "out of reach", pinned_at: null, message_count: 2 });
});

test("R-API-2: REST answers 403 for another's user id and for a malformed one", async ({
  person,
  anotherPerson,
  database,
}) => {
  const theirs = await anotherPerson.begins("not by REST either");
  const [owner] = await database.sql<{ user_id: string }>("select user_id from conversations where id = $1", [theirs]);
  const mine = await person.begins("my own");
  const [me] = await database.sql<{ user_id: string }>("select user_id from conversations where id = $1", [mine]);
  const headers = { origin: new URL(person.page.url()).origin };
  const status = async (path: string) => (await person.page.request.get(path, { headers })).status();
  expect(await status(`/api/${me?.user_id}/conversations/${mine}`)).toBe(200);
  expect(await status(`/api/${owner?.user_id}/conversations/${theirs}`)).toBe(403);
  expect(await status(`/api/${me?.user_id}/conversations/${theirs}`)).toBe(403);
  expect(await status(`/api/somebody/conversations`)).toBe(403);
  expect(await status(`/api/${me?.user_id}/conversations/${randomUUID()}`)).toBe(404);
  expect(await status(`/api/${me?.user_id}/conversations/not-an-id`)).toBe(400);
});

async function sees({ page, problems }: Person, path: string, status: 403 | 404): Promise<void> {
  problems.allow(new RegExp(`status of ${status}`));
  const response = await page.goto(path);
  expect(response?.status(), path).toBe(status);
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
}
