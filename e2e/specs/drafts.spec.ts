import { makeGate } from "../fixtures/gate.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { expect, test } from "../fixtures/test.ts";

const places = {
  "is full": () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  },
  "is forbidden": () => {
    const get = () => {
      throw new DOMException("denied", "SecurityError");
    };
    Object.defineProperty(window, "localStorage", { get });
    Object.defineProperty(window, "sessionStorage", { get });
  },
};

for (const [what, spoil] of Object.entries(places)) {
  test(`R-WEB-4: where the browser's storage ${what}, drafts and what is stopped stay with their conversations`, async ({
    person,
  }) => {
    person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
    await person.page.addInitScript(spoil);
    const one = await person.begins("the first of two");
    await person.comesToNew();
    await expect(person.composer).toHaveValue("");
    await person.asks("the second of two");
    await person.composer.fill("typed in the second");
    await person.opens(one);
    await expect(person.composer).toHaveValue("");
    await person.page.route(starts, (route) => route.abort());
    await person.says("without a connection");
    await expect(person.log).toContainText("Waiting for the connection");
    await person.link("the second of two").click();
    await expect(person.composer).toHaveValue("typed in the second");
    await person.opens(one);
    await person.stop.click();
    await expect(person.composer).toHaveValue("without a connection");
    await person.link("the second of two").click();
    await person.opens(one);
    await expect(person.composer).toHaveValue("without a connection");
  });
}

test("R-WEB-4: who has gone elsewhere is told that a message was refused, and finds it where it was written", async ({
  person,
  database,
}) => {
  person.problems.allow(/status of 409/);
  const one = await person.begins("here");
  await person.begins("and there");
  await person.opens(one);
  const gate = makeGate();
  await person.page.route(starts, (route) => gate.opened.then(() => route.continue()));
  await person.says("too much at once");
  await person.link("and there").click();
  const other = await person.inAnotherTab(`/c/${one}`);
  await other.says("[long 300 100] busy");
  await expect(other.answers.last()).toHaveAttribute("aria-busy", "true");
  gate.open();
  await expect(person.page.getByText("“too much at once” was not sent. It is a draft again")).toBeVisible();
  await expect(person.composer).toHaveValue("");
  await person.opens(one);
  await expect(person.composer).toHaveValue("too much at once");
  expect(await database.sql("select 1 from turns where prompt = 'too much at once'")).toHaveLength(0);
  await other.stop.click();
  await other.isAnswered();
});

test("R-WEB-4: what was written to a conversation that is deleted meanwhile is a draft of the next one", async ({
  person,
}) => {
  person.problems.allow(/status of 404/);
  const doomed = await person.begins("doomed");
  await person.begins("safe");
  await person.opens(doomed);
  const gate = makeGate();
  await person.page.route(starts, (route) => gate.opened.then(() => route.continue()));
  await person.says("last words");
  await person.link("safe").click();
  const other = await person.inAnotherTab(`/c/${doomed}`);
  const deleted = other.page.waitForResponse(/conversation\.delete/);
  await other.deletes("doomed");
  await deleted;
  gate.open();
  await expect(person.page.getByText("“last words” was not sent. It is a draft again, under New chat.")).toBeVisible();
  await person.newChat.click();
  await expect(person.composer).toHaveValue("last words");
});

const starts = /\/api\/trpc\/[^?]*\bturn\.start\b/;
