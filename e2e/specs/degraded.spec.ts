import type { Locator, Page, Route } from "@playwright/test";
import { isSignedIn, newAccount, signsOut, signsUp } from "../fixtures/account.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { expect, test } from "../fixtures/test.ts";

/** What a proxy says in the server's place. */
const saysProxy = (status: number) => (route: Route) =>
  route.fulfill({ status, contentType: "text/html", body: "<h1>Please sign in to the network</h1>" });

const inVain = "Something between here and Holdfast answered in its place, and nothing was done.";

test("R-WEB-4: what a proxy answers in the server's place is not taken for a success", async ({ person }) => {
  const account = await signsUp(person);
  const { page } = person;
  await page.goto("/settings");
  await page.route(/\/api\/(auth|account)\//, saysProxy(200));

  await page.getByLabel("Current password").fill(account.password);
  await page.getByLabel("New password").fill("another long password");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("alert").getByText(inVain)).toBeVisible();
  await expect(page.getByLabel("New password")).toHaveValue("another long password");
  const file = { name: "export.json", mimeType: "application/json", buffer: Buffer.from("{}") };
  await page.getByLabel("Import a JSON export").setInputFiles(file);
  await expect(page.getByRole("region", { name: "Your data" }).getByText(inVain)).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You could not be signed out. Try again.")).toBeVisible();
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox", { name: "Password" }).fill(account.password);
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await expect(dialog.getByText(inVain)).toBeVisible();

  await page.unroute(/\/api\/(auth|account)\//);
  await page.goto("/");
  await isSignedIn(person, account);
});

test("R-SEC-2: a sign-out that gets no answer is given up, and what was sent meanwhile goes", async ({ person }) => {
  await signsUp(person);
  await person.begins("before signing out");
  await person.page.route(/sign-out/, () => {});
  await person.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await person.says("written meanwhile");
  await expect(person.page.getByText("You could not be signed out. Try again.")).toBeVisible({ timeout: 20_000 });
  await expect(person.answers).toHaveText([/before signing out/, /written meanwhile/]);
});

test("R-SEC-2: a change by somebody whom the browser does not know any more tells that they are signed out", async ({
  person,
}) => {
  person.problems.allow(/status of 401/);
  await signsUp(person);
  await person.begins("mine");
  await person.context.clearCookies();
  await person.chooses("Pin", "mine");
  await expect(person.page.getByText("You have been signed out.")).toBeVisible();
  await expect(person.page.getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("R-WEB-4: devices that could not be listed are listed when one asks again", async ({ person }) => {
  person.problems.allow(/status of 502/);
  await signsUp(person);
  await person.page.route(/account\/sessions/, saysProxy(502));
  await person.page.goto("/settings");
  await expect(person.page.getByText("Something went wrong on our side.")).toBeVisible();
  await person.page.unroute(/account\/sessions/);
  await person.page.getByRole("button", { name: "Show the devices" }).click();
  await expect(person.page.getByText("This device")).toBeVisible();
  await expect(person.page.getByText("Something went wrong on our side.")).toHaveCount(0);
});

test("R-TURN-4: a stop that is not taken is told, and can be tried again", async ({ person }) => {
  person.problems.allow(...connectionLoss);
  await person.comesToNew();
  await person.says("[long 400 50]");
  await expect(person.answers).toContainText("word3");
  await person.page.route(/turn\.stop/, saysProxy(503));
  await person.stop.click();
  await expect(person.page.getByText("The answer could not be stopped. Try again.")).toBeVisible();
  await person.page.unroute(/turn\.stop/);
  await person.stop.click();
  await expect(person.answers).toContainText("Stopped");
});

test("R-WEB-4: messages that could not be read come by themselves when they can", async ({ person }) => {
  person.problems.allow(/status of 502/);
  const first = await person.begins("read later");
  await person.begins("read before");
  await person.page.reload();
  await person.page.route(/message\.page/, saysProxy(502));
  await person.opens(first);
  await expect(person.log).toContainText("The messages could not be read. They come as soon as they can.");
  await person.page.unroute(/message\.page/);
  await expect(person.sent).toHaveText(/read later/);
});

test("R-MSG-9: older messages that could not be read come by themselves when they can, at the very start too", async ({
  person,
  database,
}) => {
  person.problems.allow(/status of 502/);
  const { page } = person;
  const id = await person.begins("a long one");
  await database.lengthen(id, 120, "line #.");
  await page.reload();
  await page.route(/message\.page/, saysProxy(502));
  const refused = page.waitForResponse(/message\.page/);
  await toStart(person.log);
  await refused;
  await toStart(person.log);
  await expect(person.log.getByText("Loading older messages…")).toBeInViewport();
  await page.unroute(/message\.page/);
  await expect(person.log.getByText("Loading older messages…")).not.toBeInViewport();
  await expect(async () => {
    await toStart(person.log);
    await expect(person.sent.first()).toContainText("a long one", { timeout: 200 });
  }).toPass();
});

test("R-MSG-9: a message that was found is opened as soon as what is around it can be read", async ({
  person,
  database,
}) => {
  person.problems.allow(/status of 502/);
  const { page } = person;
  const id = await person.begins("a long one");
  await database.lengthen(id, 400, "line #.");
  const [target] = await database.sql<{ id: string }>(
    "select id from messages where content = 'line 100.' and conversation_id = $1",
    [id],
  );
  await page.goto("/new");
  await page.route(/message\.page/, saysProxy(502));
  const refused = page.waitForResponse(/message\.page/);
  await page.goto(`/c/${id}#m-${target?.id}`);
  await refused;
  await page.unroute(/message\.page/);
  await expect(person.log.getByText("line 100.")).toBeInViewport();
});

test("R-WEB-4: a search that failed finds by itself when it can", async ({ person }) => {
  person.problems.allow(/status of 502/);
  await person.begins("a needle in it");
  await person.page.route(/search\.find/, saysProxy(502));
  await person.page.keyboard.press("Control+k");
  await person.page.getByRole("combobox").fill("needle");
  await expect(person.page.getByText("The search cannot be reached.")).toBeVisible();
  await expect(person.page.getByText("0 found")).toHaveCount(0);
  await person.page.unroute(/search\.find/);
  await expect(person.page.getByRole("option").first()).toBeVisible();
});

test("R-WEB-2: older conversations that cannot be read are asked for now and then, not all the time", async ({
  person,
  database,
}) => {
  person.problems.allow(/status of 429/);
  const id = await person.begins("the newest");
  await database.sql(
    `insert into conversations (user_id, title, created_at, updated_at)
     select user_id, 'older ' || n, now() - n * interval '1 day', now() - n * interval '1 day'
     from conversations, generate_series(1, 120) as n where id = $1`,
    [id],
  );
  await person.page.reload();
  const askedAt: number[] = [];
  const data = { code: "TOO_MANY_REQUESTS", httpStatus: 429, path: "conversation.list" };
  const refusal = [{ error: { message: "Too fast.", code: -32029, data } }];
  await person.page.route(/conversation\.list/, (route) => {
    // The newest are read again as the stream connects.
    if (!decodeURIComponent(route.request().url()).includes('"cursor":"')) return route.continue();
    askedAt.push(Date.now());
    return route.fulfill({ status: 429, json: refusal });
  });
  await toListEnd(person.page);
  await expect.poll(() => askedAt.length, { timeout: 20_000 }).toBeGreaterThan(3);
  expect((askedAt[3] ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThan(2_000);
  await person.page.unroute(/conversation\.list/);
  await expect(async () => {
    await toListEnd(person.page);
    await expect(person.link("older 120")).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 20_000 });
});

test("R-WEB-4: a server that does not tell what happens is told of, and heard of again when it does", async ({
  person,
}) => {
  await person.begins("before");
  await person.page.route(/live\./, () => {});
  await person.page.reload();
  await person.says("is there an answer?");
  await expect(person.page.getByRole("status", { name: "Reconnecting" })).toBeVisible({ timeout: 20_000 });
  await person.page.unroute(/live\./);
  await expect(person.answers.last()).toContainText("is there an answer?", { timeout: 20_000 });
  await expect(person.page.getByRole("status", { name: "Reconnecting" })).toHaveCount(0);
});

test("R-WEB-3, R-WEB-4: where streams are held back, answers come in steps, and so does what other devices do", async ({
  person,
  newPerson,
}) => {
  await person.begins("before");
  await person.page.route(/live\.feed/, () => {});
  await person.page.reload();
  await person.says("[long 400 50] in steps");
  await expect(person.answers.last()).toContainText("word3");
  await expect(person.answers.last()).toHaveAttribute("aria-busy", "true");
  await person.stop.click();
  await expect(person.answers.last()).toContainText("Stopped");
  const device = await newPerson({ storageState: await person.context.storageState() });
  await device.page.goto("/new");
  await device.begins("said elsewhere");
  await expect(person.link("said elsewhere")).toBeVisible({ timeout: 15_000 });
  await expect(person.page.getByRole("status", { name: "Reconnecting" })).toHaveCount(0);
});

test("R-SEC-1: settings that were left open change nothing of whoever has signed in since", async ({ person }) => {
  person.problems.allow(/status of 40[13]/);
  await signsUp(person);
  const { page: leftOpen } = await person.inAnotherTab("/settings");
  await signsOut(person);
  const account = { ...newAccount(), name: "Grace Hopper" };
  await signsUp(person, account);
  await leftOpen.getByRole("textbox", { name: "Name" }).fill("Augusta King");
  await leftOpen.getByRole("button", { name: "Save name" }).click();
  await expect(leftOpen.getByRole("alert").getByText("Somebody else is signed in here now.")).toBeVisible();
  await person.page.reload();
  await isSignedIn(person, account);
});

async function toStart(log: Locator): Promise<void> {
  await log.evaluate((element) => element.scrollTo(0, -element.scrollHeight));
}

async function toListEnd(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Conversations" }).evaluate((list) => list.scrollTo(0, list.scrollHeight));
}
