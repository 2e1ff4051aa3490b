import { createHmac, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it, vi } from "vitest";
import { bearerToken, createBearerTokens } from "./bearer.ts";

const secret = "a secret of an installation, ümläuts too";
const tokens = createBearerTokens(secret);
const userId = crypto.randomUUID();
const inAnHour = Math.floor(Date.now() / 1000) + 3_600;
const good = { sub: userId, iss: "holdfast", aud: "holdfast-api", exp: inAnHour };

function sign(
  payload: object,
  { header = { alg: "HS256", typ: "JWT" } as object, key = secret, hash = "sha256" } = {},
) {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode(header)}.${encode(payload)}`;
  return `${body}.${createHmac(hash, key).update(body).digest("base64url")}`;
}

describe("bearer tokens", () => {
  it("R-SEC-3: accepts one that a service with the secret has minted, and its own", async () => {
    expect(await tokens.verify(sign(good))).toBe(userId);
    expect(await tokens.verify(sign({ ...good, aud: ["holdfast-api", "other"], role: "ignored" }))).toBe(userId);
    const { token, expiresAt } = await tokens.mint(userId);
    expect(await tokens.verify(token)).toBe(userId);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { exp, sub, iss, aud, ...none } = good;
  const [head = "", body = "", mac = ""] = sign(good).split(".");
  const forgeries: [string, string | Promise<string>][] = [
    ["unsigned (alg none)", `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`],
    ["unsigned, with a signature left on", `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.${mac}`],
    ["HS384", sign(good, { header: { alg: "HS384" }, hash: "sha384" })],
    ["HS512", sign(good, { header: { alg: "HS512" }, hash: "sha512" })],
    ["RS256", new SignJWT(good).setProtectedHeader({ alg: "RS256" }).sign(rsa.privateKey)],
    ["of another secret", sign(good, { key: "another secret" })],
    ["expired", sign({ ...good, exp: inAnHour - 7_200 })],
    ["not valid yet", sign({ ...good, nbf: inAnHour })],
    ["without exp", sign({ sub, iss, aud, ...none })],
    ["without sub", sign({ exp, iss, aud })],
    ["without iss", sign({ exp, sub, aud })],
    ["without aud", sign({ exp, sub, iss })],
    ["for another audience", sign({ ...good, aud: "tasks-mcp" })],
    ["of another issuer", sign({ ...good, iss: "elsewhere" })],
    ["with a sub that is no UUID", sign({ ...good, sub: "admin" })],
    ["with a sub that is no text", sign({ ...good, sub: 1 })],
    ["with an unknown critical header", sign(good, { header: { alg: "HS256", crit: ["b64"], b64: false } })],
    [
      "with a body changed",
      `${head}.${Buffer.from(JSON.stringify({ ...good, sub: crypto.randomUUID() })).toString("base64url")}.${mac}`,
    ],
    ["without a signature", `${head}.${body}.`],
    ["empty", ""],
    ["no token", "hello"],
  ];
  it.each(forgeries)("R-SEC-3: refuses a token that is %s", async (_, token) => {
    expect(await tokens.verify(await token)).toBeNull();
  });

  it("R-SEC-3: a token that was good is refused once it has expired", async () => {
    const soon = sign({ ...good, exp: Math.floor(Date.now() / 1000) + 60 });
    expect(await tokens.verify(soon)).toBe(userId);
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
    expect(await tokens.verify(soon)).toBeNull();
    vi.useRealTimers();
  });

  it("R-SEC-3: takes the token out of its header, and nothing else for one", () => {
    expect(bearerToken("Bearer abc.def.ghi")).toBe("abc.def.ghi");
    expect(bearerToken("bearer abc")).toBe("abc");
    for (const other of ["", "abc", "Basic abc", "Bearer", "Bearer a b"]) expect(bearerToken(other)).toBe("");
  });
});
