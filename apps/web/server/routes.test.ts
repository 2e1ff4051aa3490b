import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversationPage, loggedPath, pathOf, routeClass } from "./routes.ts";

const id = "0b5f3c1e-6f3e-4a8e-9d0a-2f4f6f8f0a1b";

describe("routes", () => {
  it("R-OPS-4: keeps what people search for out of the log", () => {
    expect(pathOf("/api/trpc/search.find?input=%7B%22text%22%3A%22secret%22%7D")).toBe("/api/trpc/search.find");
    expect(pathOf(undefined)).toBe("/");
  });

  it("R-OPS-4: keeps tokens of mailed links out of the log", () => {
    expect(loggedPath("/api/auth/reset-password/a-token")).toBe("/api/auth/reset-password");
    expect(loggedPath(`/c/${id}`)).toBe(`/c/${id}`);
  });

  it.each([
    ["/", "/"],
    ["/new", "/new"],
    [`/c/${id}`, "/c/{id}"],
    ["/_next/static/chunks/a.js", "/_next"],
    ["/api/trpc/turn.start,message.page", "/api/trpc"],
    ["/api/auth/sign-in/email", "/api/auth"],
    ["/api/health/ready", "/api/health/ready"],
    ["/api/openapi.json", "/api/openapi.json"],
    [`/api/${id}/conversations`, "/api/{user_id}/conversations"],
    [`/api/${id}/conversations/${id}/messages`, "/api/{user_id}/conversations/{id}/messages"],
    [`/api/${id}/${"x".repeat(50)}`, "/api/{user_id}/other"],
    [`/api/${id}/turns/${id}/events`, "/api/{user_id}/turns/{id}/events"],
    ["/api/account/export", "/api/account/export"],
    ["/reset-password", "/reset-password"],
    ["/api/openapi.json/more", "other"],
    ["/api/wp-login.php", "other"],
    ["/wp-login.php", "other"],
  ])("R-OPS-4: counts %s as %s", (path, route) => {
    expect(routeClass(path)).toBe(route);
  });

  it("R-OPS-4: takes nothing into a class that only the path says, so that nobody can make new ones without end", () => {
    const unique = fc.uuid().map((part) => `unique-${part}`);
    const said = ["", "_next", "c", "api", "trpc", "auth", "health", "account", "openapi.json", "docs", "toString", id];
    const part = fc.oneof(fc.constantFrom(...said, "live", "export", "conversations", "events"), unique);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const route = routeClass(`/${parts.join("/")}`);
        expect(route).not.toContain("unique-");
        expect(route).not.toContain(id);
        expect(route.split("/").length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 2_000 },
    );
  });

  it("R-CONV-6: tells a conversation's page, and an id that cannot be one", () => {
    expect(conversationPage(`/c/${id}`)).toEqual({ id, valid: true });
    expect(conversationPage("/c/17")).toEqual({ id: "17", valid: false });
    expect(conversationPage("/new")).toBeNull();
    expect(conversationPage(`/c/${id}/more`)).toBeNull();
  });
});
