import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createPages } from "./pages.ts";

const id = "0b5f3c1e-6f3e-4a8e-9d0a-2f4f6f8f0a1b";
let server: Server | null = null;

afterEach(() => {
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function servePages(access: 200 | 403 | 404 | 503, { ready = true } = {}) {
  const seen: IncomingHttpHeaders[] = [];
  const pages = createPages({
    api: { pageAccess: async () => access, visitCookie: () => "visit=1" },
    isReady: async () => ready,
    render: async (req, res) => {
      seen.push(req.headers);
      res.statusCode = 200;
      res.end("a page");
    },
    dev: false,
    https: false,
  });
  const url = await serve((req, res) => void pages(req, res));
  return { url, seen };
}

describe("pages", () => {
  it.each([403, 404, 503] as const)(
    "R-CONV-6: a page that may not be seen has status %i, and knows it",
    async (status) => {
      const { url, seen } = await servePages(status);
      const response = await fetch(`${url}/c/${id}`);
      expect(response.status).toBe(status);
      expect(seen[0]?.["x-holdfast-page-status"]).toBe(String(status));
    },
  );

  it("R-CONV-6: a malformed id has status 404, and nobody is asked", async () => {
    const { url, seen } = await servePages(200);
    expect((await fetch(`${url}/c/17`)).status).toBe(404);
    expect(seen[0]?.["x-holdfast-page-status"]).toBe("404");
  });

  it("R-CONV-6: a client cannot choose the status", async () => {
    const { url, seen } = await servePages(200);
    const response = await fetch(`${url}/c/${id}`, { headers: { "x-holdfast-page-status": "403" } });
    expect(response.status).toBe(200);
    expect(seen[0]?.["x-holdfast-page-status"]).toBeUndefined();
  });

  it("R-OPS-3: every page has status 503 while the database is down", async () => {
    const { url } = await servePages(200, { ready: false });
    for (const path of ["/", "/new", `/c/${id}`]) {
      const response = await fetch(url + path);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("2");
    }
  });

  it("R-SEC-2: a page begins a visit, a file of it does not", async () => {
    const { url } = await servePages(200);
    for (const path of ["/", "/new", `/c/${id}`]) {
      expect((await fetch(url + path)).headers.getSetCookie(), path).toEqual(["visit=1"]);
    }
    for (const path of ["/favicon.ico", "/_next/image"]) {
      expect((await fetch(url + path)).headers.getSetCookie(), path).toEqual([]);
    }
  });

  it("R-SEC-8: every page has a policy with a nonce of its own, the same for the renderer", async () => {
    const { url, seen } = await servePages(200);
    const policies = [];
    for (let i = 0; i < 2; i += 1) policies.push((await fetch(url)).headers.get("content-security-policy"));
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic';/);
    expect(policies[0]).not.toBe(policies[1]);
    expect(seen.map((headers) => headers["content-security-policy"])).toEqual(policies);
  });
});
