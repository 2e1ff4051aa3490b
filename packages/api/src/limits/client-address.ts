import type { IncomingMessage } from "node:http";

/**
 * The address that a request comes from. Forwarded headers count only behind that many trusted proxies (true is one):
 * each appends the address that it saw, so ours is counted from the end; what stands before it anyone may have written.
 */
export function clientAddress(req: IncomingMessage, trustProxy: boolean | number): string {
  const direct = req.socket.remoteAddress ?? "";
  const proxies = Number(trustProxy);
  if (proxies === 0) return direct;
  const forwarded = [req.headers["x-forwarded-for"] ?? ""].flat().join(",").split(",");
  const address = forwarded
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .at(-proxies);
  return address ?? direct;
}

/** What counts as one client: of an IPv6 address its /64, for that is what one household has. */
export function clientNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill("0"), ...after].slice(0, 4).join(":");
}
