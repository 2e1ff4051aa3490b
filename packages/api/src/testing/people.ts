import { expect } from "vitest";
import type { Browser } from "./browser.ts";

export const password = "a long enough password";

export function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

/** Somebody who has begun without an account. */
export async function newGuest(browser: Browser) {
  const created = await browser.mutate("conversation.create", { title: "Of a guest" });
  expect(created.status).toBe(200);
  const me = await browser.query("account.me");
  return { browser, id: me.data.id as string, conversationId: created.data.id as string };
}

export async function newAccount(browser: Browser, email = newEmail()) {
  const response = await browser.post("/api/auth/sign-up/email", { name: "Ada", email, password });
  expect(response.status).toBe(200);
  const { user } = (await response.json()) as { user: { id: string } };
  return { browser, email, id: user.id };
}

export async function signIn(browser: Browser, email: string) {
  return { browser, response: await browser.post("/api/auth/sign-in/email", { email, password }) };
}

export async function titles(browser: Browser): Promise<string[]> {
  const { data } = await browser.query("conversation.list", {});
  return data.conversations.map(({ title }: { title: string }) => title);
}
