import { describe, expect, it } from "vitest";
import { ApiError } from "../errors.ts";
import { assertOwnOrigin, originOf } from "./origin.ts";

describe("originOf", () => {
  it.each([
    ["https://chat.example", "own"],
    ["https://chat.example.evil", "foreign"],
    ["http://chat.example", "foreign"],
    ["https://chat.example:444", "foreign"],
    ["http://localhost:3000", "foreign"],
    ["null", "foreign"],
    ["", "foreign"],
  ])("R-SEC-8: with APP_URL, %s is %s", (origin, kind) => {
    const headers = new Headers({ origin, host: "localhost:3000" });
    expect(originOf(headers, "https://chat.example/")).toBe(kind);
  });

  it.each([
    ["http://localhost:3000", "localhost:3000", "own"],
    ["http://127.0.0.1:3000", "127.0.0.1:3000", "own"],
    ["http://[::1]:3000", "[::1]:3000", "own"],
    ["http://localhost:3000", "127.0.0.1:3000", "foreign"],
    ["http://localhost:3001", "localhost:3000", "foreign"],
    ["http://rebound.example:3000", "rebound.example:3000", "foreign"],
    ["http://127.0.0.1.example:3000", "127.0.0.1.example:3000", "foreign"],
    ["null", "localhost:3000", "foreign"],
    ["http://evil@localhost:3000", "localhost:3000", "foreign"],
    ["http://localhost:3000/path", "localhost:3000", "foreign"],
  ])("R-SEC-8: without APP_URL, %s at %s is %s", (origin, host, kind) => {
    expect(originOf(new Headers({ origin, host }), null)).toBe(kind);
  });

  it("R-SEC-8: no Origin is none of them", () => {
    expect(originOf(new Headers({ host: "localhost:3000" }), null)).toBe("absent");
  });
});

describe("assertOwnOrigin", () => {
  const host = "localhost:3000";
  const check = (headers: Record<string, string>, changes: boolean) =>
    assertOwnOrigin(new Headers({ host, ...headers }), null, changes);

  it("R-SEC-8: refuses a foreign origin whatever it asks and whoever it is", () => {
    for (const changes of [true, false]) {
      expect(() => check({ origin: "https://evil.example" }, changes)).toThrow(ApiError);
      expect(() => check({ origin: "https://evil.example", authorization: "Bearer x" }, changes)).toThrow(ApiError);
    }
  });

  it("R-SEC-8: a cookie that changes something needs an Origin; a program's token does not", () => {
    expect(() => check({ cookie: "a=b" }, true)).toThrow(ApiError);
    expect(() => check({ cookie: "a=b" }, false)).not.toThrow();
    expect(() => check({ cookie: "a=b", authorization: "Bearer x" }, true)).not.toThrow();
    expect(() => check({ cookie: "a=b", origin: `http://${host}` }, true)).not.toThrow();
    expect(() => check({}, true)).not.toThrow();
  });
});
