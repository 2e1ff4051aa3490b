import type { Api } from "@holdfast/api";
import { headers } from "next/headers";
import { cache } from "react";

declare global {
  /** Pinned by server/main.ts: the one door from server components to the API, in this process. */
  var holdfast: { api: Api } | undefined;
}

/** The person of this request and a caller that acts for them. Reading the headers first keeps `next build` away from it. */
export const requestApi = cache(async () => {
  const requestHeaders = await headers();
  if (!globalThis.holdfast) throw new Error("The web app must be served by server/main.ts.");
  return globalThis.holdfast.api.forRequest(requestHeaders);
});
