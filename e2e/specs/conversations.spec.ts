import type { Route } from "@playwright/test";
import { twoFrames } from "../fixtures/frames.ts";
import { makeGate } from "../fixtures/gate.ts";
import { expect, test } from "../fixtures/test.ts";

const deletions = /\/api\/trpc\/[^?]*\bconversation\.delete\b/;

test("R-WEB-2: three conversations do not mix, and switching shows each one's messages alone", async ({ person }) => {
  const words = ["alpha", "bravo", "charlie"];
  for (const word of words) await person.begins(`${word} begins`);
  for (const word of words) {
    await person.link(new RegExp(word)).click();
    await expect(person.log).toContainText(`${word} begins`);
    await person.asks(`${word} goes on`);
  }
  for (const word of words) {
    await person.link(new RegExp(word)).click();
    await expect(person.sent).toHaveText([new RegExp(`${word} begins`), new RegExp(`${word} goes on`)]);
    await expect(person.link(new RegExp(word))).toHaveAttribute("aria-current", "page");
    for (const other of words.filter((each) => each !== word)) await expect(person.log).not.toContainText(other);
  }
});

test("R-CONV-3, R-CONV-4: five are listed by recency, and a message moves an old one to the top", async ({
  person,
}) => {
  for (const number of ["first", "second", "third", "fourth", "fifth"]) await person.begins(`the ${number} one`);
  await expect(person.conversations).toHaveText([/fifth/, /fourth/, /third/, /second/, /first/]);
  await person.link(/second/).click();
  await person.asks("back to the top");
  const order = [/second/, /fifth/, /fourth/, /third/, /first/];
  await expect(person.conversations).toHaveText(order);
  await person.page.reload();
  await expect(person.conversations).toHaveText(order);
});

test("R-CONV-2: a conversation is renamed, and keeps its name and its place", async ({ person }) => {
  await person.begins("a name to change");
  await person.begins("the newest one");
  await person.renames("a name to change", "A better name");
  await expect(person.conversations).toHaveText([/the newest one/, /A better name/]);
  await person.page.reload();
  await expect(person.conversations).toHaveText([/the newest one/, /A better name/]);
});

test("R-CONV-2: Escape leaves the name as it was", async ({ person }) => {
  await person.begins("a name to keep");
  await person.chooses("Rename", "a name to keep");
  const field = person.page.getByRole("textbox", { name: "Conversation title" });
  await field.fill("something else");
  await field.press("Escape");
  await expect(person.link("a name to keep")).toBeVisible();
});

test("R-CONV-2, R-WEB-4: a rename that is left for the composer is kept, and so is what is typed there", async ({
  person,
}) => {
  await person.begins("a name to change");
  await person.chooses("Rename", "a name to change");
  await person.page.getByRole("textbox", { name: "Conversation title" }).fill("Left for the composer");
  await person.composer.click();
  await expect(person.link("Left for the composer")).toBeVisible();
  await twoFrames(person.page);
  await person.page.keyboard.type("goes where it was clicked");
  await expect(person.composer).toHaveValue("goes where it was clicked");
});

test("R-CONV-2, R-WEB-4: a name that is being typed is not lost where its row would move, or is scrolled away", async ({
  person,
  database,
}) => {
  const id = await person.begins("a name to change");
  await person.begins("the newest one");
  // Of another day: what is written in it moves it to another group.
  await database.sql("update conversations set updated_at = now() - interval '3 days' where id = $1", [id]);
  await database.sql(
    `insert into conversations (user_id, id, title, created_at, updated_at)
     select user_id, gen_random_uuid(), 'older ' || number, now() - interval '40 days',
       now() - interval '9 days' - number * interval '1 minute'
     from conversations, generate_series(1, 120) as number where id = $1`,
    [id],
  );
  await person.page.reload();
  const tab = await person.inAnotherTab(`/c/${id}`);
  await expect(tab.messages).toHaveCount(2);
  await expect(person.conversations.nth(1)).toHaveText("a name to change");

  await person.chooses("Rename", "a name to change");
  const field = person.page.getByRole("textbox", { name: "Conversation title" });
  await field.fill("Half a na");
  const heard = person.page.waitForResponse(/conversation\.find/);
  await tab.asks("which moves it up");
  await heard;
  // Page by page: more is read as the end comes near.
  await expect(async () => {
    await person.sidebar.evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
    await expect(person.link("older 120")).toBeVisible({ timeout: 500 });
  }).toPass();
  await twoFrames(person.page);
  await expect(field).toBeFocused();
  await field.pressSequentially("me");
  await field.press("Enter");
  await person.sidebar.evaluate((list) => list.scrollTo({ top: 0 }));
  await expect(person.conversations.first()).toHaveText("Half a name");
  await expect(tab.link("Half a name")).toBeVisible();
});

test("R-WEB-4: a menu stays open where its row would move, and closes where its row is scrolled away from it", async ({
  person,
}) => {
  const id = await person.begins("down the list");
  await person.begins("the newest one");
  const tab = await person.inAnotherTab(`/c/${id}`);
  await expect(tab.messages).toHaveCount(2);
  await person.page.getByRole("button", { name: "Options for down the list" }).click();
  const item = person.page.getByRole("menuitem", { name: "Pin", exact: true });
  await expect(item).toBeVisible();
  const heard = person.page.waitForResponse(/conversation\.find/);
  await tab.asks("which moves it up");
  await heard;
  await twoFrames(person.page);
  await expect(person.conversations).toHaveText([/the newest one/, /down the list/]);
  await item.click();
  await expect(person.sidebar.getByRole("region", { name: "Pinned" })).toContainText("down the list");

  await person.page.getByRole("button", { name: "Options for the newest one" }).click();
  await expect(item).toBeVisible();
  await person.sidebar.evaluate((list) => list.dispatchEvent(new Event("scroll")));
  await expect(item).toHaveCount(0);
});

test("R-CONV-2: a name that could not be saved is there when one tries again, and is said above the message box", async ({
  person,
}) => {
  const { page } = person;
  await person.begins("a name to change");
  person.problems.allow(/503/);
  const renames = /\/api\/trpc\/[^?]*\bconversation\.rename\b/;
  await page.route(renames, (route) => route.fulfill({ status: 503, body: "{}" }));
  const field = page.getByRole("textbox", { name: "Conversation title" });
  await person.chooses("Rename", "a name to change");
  await field.fill("A long thought name");
  await field.press("Enter");
  const notice = page.getByText("The conversation could not be renamed.");
  await expect(notice).toBeVisible();
  const [said, written] = [await notice.boundingBox(), await person.composer.boundingBox()];
  if (!said || !written) throw new Error("One of them is not drawn.");
  expect(said.y + said.height).toBeLessThan(written.y);
  expect(said.x + said.width / 2).toBeCloseTo(written.x + written.width / 2, -1);

  await page.unroute(renames);
  await person.chooses("Rename", "a name to change");
  await expect(field).toHaveValue("A long thought name");
  await field.press("Enter");
  await expect(person.link("A long thought name")).toBeVisible();
  await page.reload();
  await person.chooses("Rename", "A long thought name");
  await expect(field).toHaveValue("A long thought name");
});

for (const means of ["the mouse", "the keyboard"]) {
  test(`R-WEB-4: a conversation that is pinned and unpinned with ${means} takes the focus along`, async ({
    person,
  }) => {
    const { page } = person;
    await person.begins("to be pinned");
    await person.begins("the newest one");
    const options = page.getByRole("button", { name: "Options for to be pinned", exact: true });
    for (const [action, place] of [
      ["Pin", "Pinned"],
      ["Unpin", "Today"],
    ] as const) {
      if (means === "the mouse") {
        await person.chooses(action, "to be pinned");
      } else {
        await options.press("Enter");
        await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
      }
      const group = person.sidebar.getByRole("region", { name: place });
      await expect(group.getByRole("link", { name: "to be pinned", exact: true })).toBeVisible();
      await expect(options).toBeFocused();
    }
  });
}

test("R-CONV-5: a deleted conversation is gone from the page, and all of it from the database", async ({
  person,
  database,
}) => {
  await person.begins("the one that stays");
  const id = await person.begins("the one that goes");
  const deleted = person.page.waitForResponse(deletions);
  await person.deletes("the one that goes");
  await expect(person.page).not.toHaveURL(new RegExp(id));
  await expect(person.conversations).toHaveText([/the one that stays/]);
  expect((await deleted).status()).toBe(200);
  for (const table of ["messages", "turns"]) {
    expect(await database.sql(`select 1 from ${table} where conversation_id = $1`, [id])).toEqual([]);
  }
  expect(await database.sql("select 1 from conversations where id = $1", [id])).toEqual([]);
  person.problems.allow(/404/);
  expect((await person.page.goto(`/c/${id}`))?.status()).toBe(404);
});

for (const elsewhere of ["in another conversation", "writing"] as const) {
  test(`R-CONV-5, R-WEB-4: a deletion that fails late puts the conversation back, and leaves who is ${elsewhere} there`, async ({
    person,
  }) => {
    const other = await person.begins("another conversation");
    const neighbour = await person.begins("the neighbour");
    await person.begins("not to be deleted");
    const asked = new Promise<Route>((resolve) => {
      void person.page.route(deletions, resolve);
    });
    await person.deletes("not to be deleted");
    await expect(person.page).toHaveURL(new RegExp(neighbour));
    if (elsewhere === "in another conversation") await person.opens(other);
    else await person.composer.fill("something to say");
    const address = person.page.url();
    person.problems.allow(/503/);
    await (await asked).fulfill({ status: 503, body: "{}" });
    await expect(person.page.getByText("The conversation could not be deleted. Try again.")).toBeVisible();
    await expect(person.link("not to be deleted")).toBeVisible();
    expect(person.page.url()).toBe(address);
  });
}

test("R-CONV-5, R-WEB-4: a deletion that is refused leads back to the conversation", async ({ person }) => {
  await person.begins("the neighbour");
  const id = await person.begins("not to be deleted");
  person.problems.allow(/503/);
  await person.page.route(deletions, (route) => route.fulfill({ status: 503, body: "{}" }));
  await person.chooses("Delete", "not to be deleted");
  await person.page.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(person.page.getByText("The conversation could not be deleted. Try again.")).toBeVisible();
  await expect(person.link("not to be deleted")).toHaveAttribute("aria-current", "page");
  expect(person.page.url()).toContain(id);
});

test("R-CONV-5, R-WEB-3: a conversation whose deletion was done, but not answered, is not put back", async ({
  person,
}) => {
  await person.begins("the neighbour");
  const id = await person.begins("soon deleted");
  person.problems.allow(/ERR_FAILED|404/);
  const done = makeGate();
  await person.page.route(deletions, async (route) => {
    await route.fetch();
    done.open();
    await route.abort();
  });
  await person.deletes("soon deleted");
  await done.opened;
  await person.page.waitForResponse(/conversation\.find\b/);
  await twoFrames(person.page);
  await expect(person.conversations).toHaveText([/the neighbour/]);
  await expect(person.page).not.toHaveURL(new RegExp(id));
});

test("R-CONV-2: a deletion that is cancelled deletes nothing", async ({ person }) => {
  await person.begins("spared at the last moment");
  await person.chooses("Delete", "spared at the last moment");
  await person.page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await expect(person.link("spared at the last moment")).toBeVisible();
  await person.page.reload();
  await expect(person.link("spared at the last moment")).toBeVisible();
});

test("R-WEB-4: New chat opens an empty conversation, and the first message makes it without a reload", async ({
  person,
}) => {
  await person.begins("an old conversation");
  await person.page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await person.sidebar
    .getByText("New chat")
    .or(person.page.getByRole("link", { name: "New chat" }))
    .first()
    .click();
  await expect(person.page).toHaveURL(/\/new$/);
  await expect(person.messages).toHaveCount(0);
  await person.asks("a new conversation");
  await expect(person.page).toHaveURL(/\/c\//);
  expect(await person.page.evaluate(() => "notReloaded" in window)).toBe(true);
  await expect(person.conversations).toHaveText([/a new conversation/, /an old conversation/]);
});

test("R-SEC-2: reading a page makes no user", async ({ person, database }) => {
  const count = async () => (await database.sql<{ n: number }>("select count(*)::int as n from users"))[0]?.n;
  const before = await count();
  await person.page.goto("/");
  await person.page.goto("/new");
  await expect(person.composer).toBeVisible();
  expect(await count()).toBe(before);
  await person.asks("now there is one more");
  expect(await count()).toBe(Number(before) + 1);
});
