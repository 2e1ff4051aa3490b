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
