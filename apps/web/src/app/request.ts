import { cookies, headers } from "next/headers";
import { readPreferences } from "@/ui/preferences";

export async function requestPreferences() {
  const jar = await cookies();
  return readPreferences((name) => jar.get(name)?.value);
}

/** Which key hints to print, decided on the server so that the first paint is right. */
export async function isAppleDevice(): Promise<boolean> {
  return /Mac|iPhone|iPad/.test((await headers()).get("user-agent") ?? "");
}

/** The address people use, for the links that leave the page with it. */
export async function origin(): Promise<URL> {
  const configured = process.env["APP_URL"];
  if (configured) return new URL(configured);
  return new URL(`http://${(await headers()).get("host") ?? "localhost"}`);
}

/** What lets an inline script of ours run under the page's policy. */
export async function requestNonce(): Promise<string | undefined> {
  return /'nonce-([^']+)'/.exec((await headers()).get("content-security-policy") ?? "")?.[1];
}
