import { createTestUser } from "@holdfast/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { serveTests } from "../testing/test-server.ts";

describe("queries without the web's objects", () => {
  const used = serveTests();
  let browser: Browser;
  let conversationId: string;
  let foreignId: string;

  beforeAll(async () => {
    browser = used.server.browser();
    conversationId = (await browser.mutate("conversation.create", { title: "Mine" })).data.id;
    await browser.mutate("message.add", { conversationId, role: "user", content: "A word" });
    foreignId = (await used.db.forUser((await createTestUser(used.db)).id).createConversation()).id;
  });

  /** What tRPC's client says when it can take a stream, too: then tRPC's own handler answers. */
  const byTrpc = { "trpc-accept": "application/json" };

  async function ask(address: string, headers: Record<string, string>) {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(`${used.server.url}/api/trpc/${address}`, { headers: { cookie, ...headers } });
    const text = (await response.text()).replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"');
    return { status: response.status, type: response.headers.get("content-type"), text };
  }

  const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));

  it("R-API-1: says word for word what tRPC's own handler says", async () => {
    const addresses = [
      `message.history?input=${input({ conversationId })}`,
      `message.history?input=${input({ conversationId: foreignId })}`,
      `message.history?input=${input({ conversationId: "no id" })}`,
      "message.history",
      "message.history?input={",
      "account.me",
      "account.me?batch=1",
      `account.me,message.history?batch=1&input=${input({ 1: { conversationId } })}`,
      `account.me,message.history?batch=1&input=${input({ 1: { conversationId: foreignId } })}`,
      `account.me?batch=1&input=${input([])}`,
      `account.me?batch=1&input=${input("text")}`,
      `account.me,nothing.there?batch=1&input=${input({})}`,
      `message.history%2Caccount.me?batch=1&input=${input({ 0: { conversationId } })}`,
      "nothing.there",
      "constructor",
      "conversation.create",
    ];
    for (const address of addresses) expect(await ask(address, {}), address).toEqual(await ask(address, byTrpc));
  });
});
