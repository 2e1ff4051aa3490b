import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientAddress, clientNetwork } from "./client-address.ts";

function request(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return { socket: { remoteAddress }, headers } as IncomingMessage; // the part of it that is read
}

describe("clientAddress", () => {
  it("R-SEC-8: ignores forwarded headers unless a proxy is trusted", () => {
    expect(clientAddress(request("10.0.0.1", "1.2.3.4"), false)).toBe("10.0.0.1");
    expect(clientAddress(request("10.0.0.1", "1.2.3.4"), 0)).toBe("10.0.0.1");
  });

  it("R-SEC-8: believes what the trusted proxies wrote, and nothing before it", () => {
    expect(clientAddress(request("10.0.0.1", "6.6.6.6, 1.2.3.4"), true)).toBe("1.2.3.4");
    expect(clientAddress(request("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2"), 2)).toBe("1.2.3.4");
    expect(clientAddress(request("10.0.0.1"), true)).toBe("10.0.0.1");
  });
});

describe("clientNetwork", () => {
  it.each([
    ["1.2.3.4", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
  ])("R-SEC-8: counts %s as %s", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});
