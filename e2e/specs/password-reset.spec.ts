import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fillsSignIn, isSignedIn, signsUp } from "../fixtures/account.ts";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { Mailbox } from "../fixtures/mailbox.ts";
import { Person } from "../fixtures/person.ts";
import { freePort, ServerProcess } from "../fixtures/server-process.ts";
import { expect, test } from "../fixtures/test.ts";

const command = fileURLToPath(new URL("../../packages/api/dist/account/reset-password.js", import.meta.url));

test("R-SEC-2: a forgotten password is set anew by a link that is mailed, works once, and ends all sessions", async ({
  browser,
}) => {
  test.slow();
  const mailbox = await Mailbox.open();
  const dataDir = await makeDataDir();
  const port = await freePort();
  const server = await ServerProcess.start({
    HOLDFAST_DATA_DIR: dataDir,
    PORT: String(port),
    APP_URL: `http://127.0.0.1:${port}`,
    SMTP_URL: mailbox.url,
    SMTP_FROM: "holdfast@example.org",
  });
  const person = await Person.arrive(browser, server.url);
  const elsewhere = await Person.arrive(browser, server.url);
  const { page } = person;
  try {
    const account = await signsUp(elsewhere);
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByRole("textbox", { name: "Email", exact: true }).fill(account.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByText("If there is an account with this email, the link is on its way.")).toBeVisible();
    await expect.poll(() => mailbox.letters.length).toBe(1);
    expect(mailbox.letters[0]).toContain(`To: ${account.email}`);
    const link = linkIn(mailbox.letters[0] ?? "");

    await page.goto(link);
    await page.getByLabel("New password", { exact: true }).fill("remembered this time");
    await page.getByRole("button", { name: "Save the password" }).click();
    await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
    await expect(elsewhere.page.getByText("You have been signed out.")).toBeVisible();
    await fillsSignIn(person, { ...account, password: "remembered this time" });
    await isSignedIn(person, account);

    await page.goto(link);
    await expect(page.getByText("This link has been used or has expired.")).toBeVisible();
    await page.getByRole("textbox", { name: "Email", exact: true }).fill("nobody@example.com");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByText("If there is an account with this email, the link is on its way.")).toBeVisible();
    expect(mailbox.letters).toHaveLength(1);

    const env = { ...process.env, HOLDFAST_DATA_DIR: dataDir };
    const { stdout } = await promisify(execFile)(process.execPath, [command, account.email], { env });
    const [, password = ""] = /^ {2}(\S+)$/m.exec(stdout) ?? [];
    await page.goto("/sign-in");
    await fillsSignIn(person, { ...account, password });
    await isSignedIn(person, account);
  } finally {
    await person.leaves();
    await elsewhere.leaves();
    await server.end();
    await mailbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Of a letter that is quoted-printable, perhaps. */
function linkIn(letter: string): string {
  const text = letter.replace(/=\n/g, "").replace(/=3D/gi, "=");
  const [link] = /https?:\/\/\S+/.exec(text) ?? [];
  if (!link) throw new Error(`There is no link in the letter:\n${letter}`);
  return link;
}
