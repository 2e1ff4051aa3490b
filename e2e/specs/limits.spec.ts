import { randomUUID } from "node:crypto";
import { fillsSignIn, newAccount } from "../fixtures/account.ts";
import { ServerProcess } from "../fixtures/server-process.ts";
import { expect, test } from "../fixtures/test.ts";

const limits = { LIMIT_SIGN_INS_PER_MINUTE: "3", LIMIT_SENDS_PER_MINUTE: "2" };
test.use({ serverEnv: limits });

test("R-SEC-8: one attempt too many to sign in is said kindly, with the time to wait, and what was typed stays", async ({
  person,
}) => {
  const account = newAccount();
  person.problems.allow(/status of (401|429)/);
  const { page } = person;
  await page.goto("/sign-in");
  for (let attempts = 0; attempts < 3; attempts++) {
    const answer = page.waitForResponse(/sign-in\/email/);
    await fillsSignIn(person, account);
    expect((await answer).status()).toBe(401);
    await expect(page.getByText("The email or the password is not right.")).toBeVisible();
  }
  await fillsSignIn(person, account);
  await expect(page.getByText(/^That was too many tries\. Try again in \d+ seconds?\.$/)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Email", exact: true })).toHaveValue(account.email);
});

test("R-SEC-8: one message too many is said kindly, and its text stays", async ({ person, database }) => {
  person.problems.allow(/status of 429/);
  await person.begins("the first");
  await person.asks("the second");
  await person.says("the third");
  await expect(person.page.getByRole("alert").filter({ hasText: /Wait \d+ seconds/ })).toBeVisible();
  await expect(person.composer).toHaveValue("the third");
  await expect(person.sent).toHaveCount(2);
  const messages = "select 1 from messages where conversation_id = $1";
  expect(await database.sql(messages, [person.conversationId()])).toHaveLength(4);
});

test("R-SEC-8, R-OPS-5: what was sent and tried at one process counts at another", async ({
  person,
  server,
  dataDir,
}) => {
  const other = await ServerProcess.start({ HOLDFAST_DATA_DIR: dataDir, ...limits });
  try {
    const post = (url: string, path: string, data: object) =>
      person.page.request.post(url + path, { data, headers: { origin: url } });
    await person.begins("the first");
    await person.asks("the second");
    const send = await post(other.url, "/api/trpc/turn.start", { turnId: randomUUID(), message: "the third" });
    expect(send.status()).toBe(429);
    expect(Number(send.headers()["retry-after"])).toBeGreaterThan(0);

    const { email, password } = newAccount();
    const statuses: number[] = [];
    for (const { url } of [server, other, server, other]) {
      statuses.push((await post(url, "/api/auth/sign-in/email", { email, password })).status());
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
  } finally {
    await other.end();
  }
});
