import type { Database } from "@holdfast/db";
import { afterEach, expect, it, vi } from "vitest";
import { createLimits } from "./limits.ts";

afterEach(() => void vi.useRealTimers());

it("R-SEC-8: a minute of requests is a minute, whatever the clock does", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const limits = createLimits({} as Database, {
    sendsPerMinute: 0,
    signInsPerMinute: 0,
    requestsPerMinute: 2,
    streams: 0,
  }); // it asks nothing
  const request = { userId: "u", headers: new Headers(), address: "192.0.2.1" };
  for (let n = 0; n < 2; n++) await limits.countRequest(request);
  await expect(limits.countRequest(request)).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
  vi.advanceTimersByTime(61_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  await limits.countRequest(request);
});
