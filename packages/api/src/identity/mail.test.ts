import type { AddressInfo } from "node:net";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createMailer } from "./mail.ts";

let db: TestDatabase;
let server: TestServer;
let smtp: SMTPServer;
const mails: { to: string; text: string }[] = [];

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
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const { port } = smtp.server.address() as AddressInfo; // bound to a port, by the line above
  const mail = createMailer({ url: `smtp://127.0.0.1:${port}`, from: "Holdfast <holdfast@example.com>" });
  server = await startTestServer(db, { mail });
});
afterAll(async () => {
  await server.stop();
  await new Promise<void>((resolve) => smtp.close(resolve));
  await db.close();
});

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
    const target = new URL(followed.headers.get("location") ?? "", server.url);
    expect(target.origin).toBe(server.url);
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

  it("R-SEC-2: cannot be asked for where no mail can be sent", async () => {
    const mute = await startTestServer(db);
    const response = await mute.browser().post("/api/auth/request-password-reset", { email: "a@example.com" });
    expect(response.status).toBe(404);
    await mute.stop();
  });
});
