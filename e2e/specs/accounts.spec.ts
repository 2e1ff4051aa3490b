import { fillsSignIn, fillsSignUp, isSignedIn, newAccount, signsIn, signsOut, signsUp } from "../fixtures/account.ts";
import { makeGate } from "../fixtures/gate.ts";
import { holdScripts } from "../fixtures/held-scripts.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-SEC-2: a visitor who creates an account is led to the chat, named there, and signed in after a refresh", async ({
  person,
}) => {
  const account = await signsUp(person);
  await person.page.reload();
  await isSignedIn(person, account);
  await person.begins("the first of my own");
});

test("R-SEC-2: a guest is told that what they write is kept on this device only, and for how long", async ({
  person,
}) => {
  await person.begins("said by a guest");
  await expect(person.page.getByText("Kept on this device for 30 days")).toBeVisible();
  await person.page.goto("/settings");
  await expect(person.page.getByText(/kept on this device only, and for 30 days/)).toBeVisible();
});

test("R-SEC-2: a guest who creates an account keeps every conversation at its address, and the draft", async ({
  person,
  database,
}) => {
  const ids = [await person.begins("the first as a guest"), await person.begins("the second as a guest")];
  await person.composer.fill("not sent yet");
  const [guest] = await database.sql("select user_id from conversations where id = $1", [ids[0]]);
  await signsUp(person);
  await expect(person.conversations).toHaveText([/the second as a guest/, /the first as a guest/]);
  await expect(person.page).toHaveURL(new RegExp(`/c/${ids[1]}$`));
  await expect(person.composer).toHaveValue("not sent yet");
  const rows = await database.sql("select user_id from conversations where id = any($1)", [ids]);
  expect(rows).toEqual([guest, guest]);
});

test("R-SEC-2, R-WEB-3: a guest who creates an account in one tab has it in the others", async ({ person }) => {
  await person.begins("said by a guest");
  const other = await person.inAnotherTab(person.page.url());
  await expect(other.page.getByRole("link", { name: "Sign up" })).toBeVisible();
  const account = await signsUp(person);
  await isSignedIn(other, account);
  await other.asks("said by the account");
});

test("R-SEC-2: what a guest has moves to the account they sign in to, and shows on its other devices", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(anotherPerson);
  await anotherPerson.begins("already in the account");
  await person.begins("brought along");
  await signsIn(person, account);
  await expect(person.conversations).toHaveText([/brought along/, /already in the account/]);
  await expect(person.log).toContainText("brought along");
  await expect(anotherPerson.link("brought along")).toBeVisible();
});

test("R-WEB-1: a second device has everything, and after signing out there nothing is left on it", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(person);
  const id = await person.begins("seen on both devices");
  const { page, context } = anotherPerson;
  await signsIn(anotherPerson, account);
  await expect(anotherPerson.log).toContainText("seen on both devices");
  await anotherPerson.begins("begun on the second device");
  await anotherPerson.composer.fill("a draft nobody else may read");
  await signsOut(anotherPerson);

  expect(await context.cookies()).not.toContainEqual(
    expect.objectContaining({ name: expect.stringMatching(/session/) }),
  );
  const stored = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(await stored()).not.toContain("draft");
  expect(await page.evaluate(async () => [await caches.keys(), await indexedDB.databases()])).toEqual([[], []]);
  anotherPerson.problems.allow(/status of 403/);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "This conversation is not yours." })).toBeVisible();
  await expect(page.locator("body")).not.toContainText("begun on the second device");
  await expect(page.locator("body")).not.toContainText(account.email);
  expect((await page.goto(`/c/${id}`))?.status()).toBe(403);
  await expect(page.locator("body")).not.toContainText("seen on both devices");
  await expect(person.link("begun on the second device")).toBeVisible();
});

test("R-SEC-2: a wrong password and an unknown address get the same words, and what was typed stays", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(anotherPerson);
  person.problems.allow(/status of 401/);
  const { page } = person;
  await page.goto("/sign-in");
  for (const attempt of [{ ...account, password: "not the password" }, newAccount()]) {
    await fillsSignIn(person, attempt);
    await expect(page.getByRole("alert").filter({ hasText: "The email or the password is not right." })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Email", exact: true })).toHaveValue(attempt.email);
  }
  await fillsSignIn(person, account);
  await isSignedIn(person, account);
});

test("R-SEC-2: forms say at the field what is wrong, and put the focus there", async ({ person, anotherPerson }) => {
  const account = await signsUp(anotherPerson);
  person.problems.allow(/status of 409/);
  const { page } = person;
  const email = page.getByRole("textbox", { name: "Email", exact: true });
  await page.goto("/sign-up");
  await fillsSignUp(person, { name: " ", email: "nobody", password: "short" });
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toBeFocused();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription("Use at least 8 characters.");
  await fillsSignUp(person, { ...newAccount(), email: account.email.toUpperCase() });
  await expect(email).toBeFocused();
  await expect(email).toHaveAccessibleDescription("There is an account with this email already. Sign in instead.");
});

test("R-WEB-4: a form that is filled in and sent before the page is interactive is kept and sent", async ({
  person,
}) => {
  const account = newAccount();
  const scripts = await holdScripts(person.page);
  await person.page.goto("/sign-up", { waitUntil: "commit" });
  await fillsSignUp(person, account);
  scripts.release();
  await isSignedIn(person, account);
});

test("R-SEC-2: a session that is ended on another device: its page says so, keeps the draft, and has it after signing in", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(person);
  await signsIn(anotherPerson, account);
  await anotherPerson.begins("written on the second device");
  const secondTab = await anotherPerson.inAnotherTab(anotherPerson.page.url());
  await secondTab.composer.fill("half a thought");
  for (const device of [anotherPerson, secondTab]) device.problems.allow(/status of 401/);

  await person.page.goto("/settings");
  const devices = person.page.getByRole("region", { name: "Devices" });
  await expect(devices.getByRole("listitem")).toHaveCount(2);
  await devices.getByRole("button", { name: /^Sign out / }).click();
  await expect(devices.getByRole("listitem")).toHaveCount(1);
  await expect(devices).toContainText("This device");

  for (const { page } of [anotherPerson, secondTab]) {
    await expect(page.getByRole("alert").filter({ hasText: "You have been signed out." })).toBeVisible();
  }
  await secondTab.composer.press("Enter");
  await expect(secondTab.composer).toHaveValue("half a thought");
  await secondTab.page
    .getByRole("link", { name: /^Sign in/ })
    .first()
    .click();
  await fillsSignIn(secondTab, account);
  await isSignedIn(secondTab, account);
  await expect(secondTab.composer).toHaveValue("half a thought");
});

test("R-SEC-1: when somebody else signs in in one tab, the tabs of the person before show nothing of either to the other", async ({
  person,
  anotherPerson,
}) => {
  const [first, second] = [await signsUp(person), await signsUp(anotherPerson)];
  await anotherPerson.begins("of the second person");
  await person.begins("of the first person");
  const left = await person.inAnotherTab(person.page.url());
  await expect(left.messages).toHaveCount(2);
  left.problems.allow(/status of 40[13]/);
  // Its session ends as it is asking who is here.
  const late = await person.inAnotherTab();
  const { open: signedOut, opened } = makeGate();
  await late.page.route("**/api/trpc/account.me**", async (route) => {
    await opened;
    await route.continue();
  });
  const asked = late.page.waitForRequest("**/api/trpc/account.me**");
  await late.page.goto(person.page.url());
  await asked;
  await signsOut(person);
  signedOut();
  for (const { page } of [left, late]) await expect(page.getByText("You have been signed out.")).toBeVisible();
  await expect(late.messages).toHaveCount(2);
  await late.page.close();
  await signsIn(person, second);
  await expect(person.link("of the second person")).toBeVisible();
  await expect(person.page.locator("body")).not.toContainText("of the first person");
  await expect(left.page.locator("body")).not.toContainText("of the second person");
  expect(first.email).not.toBe(second.email);
});

test("R-SEC-1: a page that finds somebody else signed in when it connects again begins anew, as them", async ({
  person,
  anotherPerson,
}) => {
  await signsUp(person);
  const second = await signsUp(anotherPerson);
  await anotherPerson.begins("of the second person");
  await person.begins("of the first person");
  person.problems.allow(/status of 40[13]/, /ERR_INTERNET_DISCONNECTED/);
  await person.context.setOffline(true);
  await expect(person.page.getByRole("status").filter({ hasText: "Offline" })).toBeVisible();
  await person.context.addCookies(await anotherPerson.context.cookies());
  await person.context.setOffline(false);
  await isSignedIn(person, second);
  await expect(person.link("of the second person")).toBeVisible();
  await expect(person.page.locator("body")).not.toContainText("of the first person");
});

test("R-SEC-2: a changed password ends the other devices, and is the one that counts", async ({
  person,
  anotherPerson,
}) => {
  const account = await signsUp(person);
  await signsIn(anotherPerson, account);
  anotherPerson.problems.allow(/status of 401/);
  person.problems.allow(/status of 400/);
  const { page } = person;
  await page.goto("/settings");
  const change = async (current: string, next: string) => {
    await page.getByLabel("Current password", { exact: true }).fill(current);
    await page.getByLabel("New password", { exact: true }).fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the password", "another password");
  await expect(page.getByLabel("Current password", { exact: true })).toBeFocused();
  await change(account.password, "another password");
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect(anotherPerson.page.getByText("You have been signed out.")).toBeVisible();
  await anotherPerson.page.goto("/sign-in");
  await fillsSignIn(anotherPerson, account);
  await expect(anotherPerson.page.getByText("The email or the password is not right.")).toBeVisible();
  await signsIn(anotherPerson, { ...account, password: "another password" });
});

test("R-SEC-4: deleting the account asks for the password, leads away, and leaves nothing of it", async ({
  person,
  anotherPerson,
  database,
}) => {
  const account = await signsUp(person);
  await signsIn(anotherPerson, account);
  anotherPerson.problems.allow(/status of 401/);
  person.problems.allow(/status of 400/);
  const id = await person.begins("soon to be forgotten");
  const [owner] = await database.sql<{ id: string }>("select id from users where email = $1", [account.email]);
  const dialog = await asksToDelete(person);
  await dialog.getByRole("button", { name: "Delete account", exact: true }).click();
  await expect(dialog.getByLabel("Password")).toHaveAccessibleDescription("Fill in your password.");
  await dialog.getByLabel("Password").fill("not the password");
  await dialog.getByLabel("Password").press("Enter");
  await expect(dialog.getByLabel("Password")).toHaveAccessibleDescription("This is not your password.");
  await dialog.getByLabel("Password").fill(account.password);
  await dialog.getByRole("button", { name: "Delete account", exact: true }).click();

  await expect(person.page).not.toHaveURL(/settings/);
  await expect(person.conversations).toHaveCount(0);
  await expect(anotherPerson.page.getByText("You have been signed out.")).toBeVisible();
  expect(await database.sql("select 1 from users where email = $1", [account.email])).toEqual([]);
  for (const table of ["conversations", "messages", "turns", "tasks", "sessions", "accounts"]) {
    expect(await database.sql(`select 1 from ${table} where user_id = $1`, [owner?.id]), table).toEqual([]);
  }
  person.problems.allow(/status of (401|404)/);
  expect((await person.page.goto(`/c/${id}`))?.status()).toBe(404);
  await person.page.goto("/sign-in");
  await fillsSignIn(person, account);
  await expect(person.page.getByText("The email or the password is not right.")).toBeVisible();
});

test("R-SEC-4: a guest deletes everything without a password; Escape and Cancel delete nothing", async ({
  person,
  database,
}) => {
  const id = await person.begins("said by a guest");
  const rows = () => database.sql("select 1 from conversations where id = $1", [id]);
  let dialog = await asksToDelete(person);
  await person.page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  dialog = await asksToDelete(person);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  expect(await rows()).toHaveLength(1);
  dialog = await asksToDelete(person);
  await dialog.getByRole("button", { name: "Delete account", exact: true }).click();
  await expect(person.page).not.toHaveURL(/settings/);
  expect(await rows()).toEqual([]);
});

test("R-SEC-2, R-SEC-4: a guest whose visit has ended elsewhere is told so, and begins a new one by sending", async ({
  person,
}) => {
  await person.begins("in the visit before");
  const other = await person.inAnotherTab(person.page.url());
  await expect(other.messages).toHaveCount(2);
  other.problems.allow(/status of 40[14]/);
  const dialog = await asksToDelete(person);
  await dialog.getByRole("button", { name: "Delete account", exact: true }).click();
  await expect(person.page).not.toHaveURL(/settings/);
  const notice = other.page.getByRole("alert").filter({ hasText: "Your visit as a guest has ended." });
  await expect(notice).toBeVisible();
  await other.begins("in a new visit");
  await expect(notice).toBeHidden();
  await expect(other.conversations).toHaveText(["in a new visit"]);
});

async function asksToDelete({ page }: Person) {
  if (!page.url().endsWith("/settings")) await page.goto("/settings");
  await page.getByRole("button", { name: "Delete account", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("This action cannot be undone.");
  return dialog;
}
