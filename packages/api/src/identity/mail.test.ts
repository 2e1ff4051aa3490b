import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { newAccount } from "../testing/people.ts";
import { quiet } from "../testing/test-engine.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createMailer } from "./mail.ts";

let db: TestDatabase;
let server: TestServer;
let smtp: SMTPServer;
const mails: { to: string; text: string }[] = [];
let settings: Parameters<typeof startTestServer>[1];
const logged: string[] = [];
/** What the mail server says to the next letters, and when. */
let takes: () => Promise<Error | undefined> = async () => undefined;

beforeAll(async () => {
  db = await openTestDatabase();
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        // Quoted-printable: soft line breaks, and "=" as =3D.
        const text = Buffer.concat(chunks).toString().replace(/=\r\n/g, "").replace(/=3D/g, "=");
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        void takes().then((refusal) => {
          if (!refusal) mails.push({ to, text });
          done(refusal);
        });
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const { port } = smtp.server.address() as AddressInfo; // bound to a port, by the line above
  const mail = createMailer({ url: `smtp://127.0.0.1:${port}`, from: "Holdfast <holdfast@example.com>" });
  const log = {
    ...quiet,
    warn: (fields: object, message: string) => void logged.push(JSON.stringify([fields, message])),
  };
  settings = { mail, log, appUrl: "http://chat.example" };
  server = await startTestServer(db, settings);
});
afterAll(async () => {
  await server.stop();
  await new Promise<void>((resolve) => smtp.close(resolve));
  await db.close();
});

beforeEach(() => {
  mails.length = 0;
  logged.length = 0;
  takes = async () => undefined;
});

async function asks(browser: Browser, email: string) {
  const response = await browser.post("/api/auth/request-password-reset", { email });
  return { status: response.status, body: await response.text() };
}

describe("a forgotten password", () => {
  it("R-SEC-2: is set anew by a mailed link, once, which ends all sessions", async () => {
    const browser = server.browser();
    const email = `${crypto.randomUUID()}@example.com`;
    await browser.post("/api/auth/sign-up/email", { name: "Ada", email, password: "a forgotten password" });
    expect(await (await browser.fetch("/api/auth/options")).json()).toEqual({ providers: [], passwordReset: true });

    const visitor = server.browser();
    const request = (of: string) =>
      visitor.post("/api/auth/request-password-reset", { email: of, redirectTo: "/sign-in?reset=1" });
    const [known, unknown] = [await request(email), await request("nobody@example.com")];
    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(await known.text()).toBe(await unknown.text());
    await vi.waitFor(() => expect(mails).toHaveLength(1));
    expect(mails[0]?.to).toBe(email);

    const link = new URL(/https?:\/\/\S+/.exec(mails[0]?.text ?? "")?.[0] ?? "");
    const followed = await visitor.fetch(link.pathname + link.search);
    expect(followed.status).toBe(302);
    const target = new URL(followed.headers.get("location") ?? "", link);
    expect(target.origin).toBe("http://chat.example");
    expect(target.pathname).toBe("/sign-in");
    const token = target.searchParams.get("token");

    const reset = (newPassword: string) => visitor.post("/api/auth/reset-password", { token, newPassword });
    expect((await reset("short")).status).toBe(400);
    expect((await reset("a new password")).status).toBe(200);
    expect((await reset("another new password")).status).toBe(400);
    expect((await browser.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    const signIn = await visitor.post("/api/auth/sign-in/email", { email, password: "a new password" });
    expect(signIn.status).toBe(200);
  });

  it("R-SEC-8: is set at the address of this site, whatever Host the request for it names", async () => {
    const { email } = await newAccount(server.browser());
    const json = JSON.stringify({ email });
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example", "content-type": "application/json" };
    const sent = request(server.url, { method: "POST", path: "/api/auth/request-password-reset", headers }).end(json);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    await vi.waitFor(() => expect(mails).toHaveLength(1));
    expect(mails[0]?.text).not.toContain("evil.example");
    expect(mails[0]?.text).toContain("http://chat.example/api/auth/reset-password/");
    await expect(startTestServer(db, { ...settings, appUrl: null })).rejects.toThrow("Mail needs the address");
  });

  it("R-SEC-8: is answered at once and alike, with an account or without, though the mail goes slowly or not at all", async () => {
    const { email } = await newAccount(server.browser());
    let refuse = () => {};
    takes = () =>
      new Promise((resolve) => {
        refuse = () => resolve(new Error(`nobody is known as ${email}`));
      });
    expect(await asks(server.browser(), email)).toEqual(await asks(server.browser(), "nobody@example.com"));
    await vi.waitFor(() => {
      refuse();
      expect(logged).toHaveLength(1);
    });
    expect(logged[0]).toContain("could not be sent");
    expect(logged[0], "whose it was is not logged").not.toContain(email);
  }, 10_000); // sooner than the mail server would be given up

  it("R-OPS-6: that is being mailed when the server ends still is", async () => {
    const ending = await startTestServer(db, settings);
    const { email } = await newAccount(ending.browser());
    takes = () => delay(300, undefined);
    await asks(ending.browser(), email);
    await ending.stop();
    expect(mails).toHaveLength(1);
  });

  it("R-SEC-2: cannot be asked for where no mail can be sent", async () => {
    const mute = await startTestServer(db);
    const response = await mute.browser().post("/api/auth/request-password-reset", { email: "a@example.com" });
    expect(response.status).toBe(404);
    await mute.stop();
  });
});
