import { signsIn, signsUp } from "../fixtures/account.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-SEC-2: an answer that runs while the guest creates an account goes on, and is whole", async ({ person }) => {
  const id = await beginsSlowly(person, 60);
  await signsUp(person);
  await expect(person.page).toHaveURL(new RegExp(`/c/${id}$`));
  await person.isAnswered();
  await expect(person.answers).toHaveCount(1);
  await expect(person.answers).toContainText("word60");
});

test("R-SEC-2: an answer that runs while the guest signs in goes on, and moves to the account with its conversation", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(anotherPerson);
  const id = await beginsSlowly(person, 30);
  await signsIn(person, account);
  await expect(listed(person, id)).toBeVisible();
  await person.page.goto(`/c/${id}`);
  await expect(person.answers).toContainText("word30");
  await expect(listed(anotherPerson, id)).toBeVisible();
});

test("R-SEC-2: an answer that takes longer than signing in may is moved when it ends, without a refresh", async ({
  person,
  anotherPerson,
}) => {
  test.slow();
  const account = await signsUp(anotherPerson);
  const id = await beginsSlowly(person, 170);
  await signsIn(person, account);
  await expect(listed(person, id)).toBeVisible({ timeout: 40_000 });
  await listed(person, id).click();
  await expect(person.answers).toContainText("word170");
});

async function beginsSlowly(person: Person, words: number): Promise<string> {
  await person.page.goto("/new");
  await person.says(`[long ${words} 100] take your time`);
  await expect(person.answers.last()).toContainText("word2");
  await expect(person.page).toHaveURL(/\/c\//);
  return person.conversationId();
}

function listed({ sidebar }: Person, id: string) {
  return sidebar.locator(`a[href="/c/${id}"]`);
}
