import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "../fixtures/test.ts";

const chunks = fileURLToPath(new URL("../../apps/web/.next/static", import.meta.url));

/** Words that are in each of these libraries, and survive minifying. */
const serverCode = {
  typeorm: /EntityMetadataNotFoundError|typeorm/i,
  pg: /SCRAM-SHA-256|pg-protocol|node-postgres/,
  "Better Auth's server": /better-auth\.secret|BETTER_AUTH_SECRET|__Secure-better-auth/,
  "our own server": /DATABASE_URL|HOLDFAST_DATA_DIR/,
  "the AI SDK": /AI_APICallError|@ai-sdk/,
  "MCP's SDK": /modelcontextprotocol/,
  zod: /ZodError|\$ZodType/,
};

test("R-WEB-1: no server code is in the built chunks of the browser", async () => {
  const files = (await readdir(chunks, { recursive: true })).filter((file) => file.endsWith(".js"));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = await readFile(path.join(chunks, file), "utf8");
    const found = Object.entries(serverCode).filter(([, word]) => word.test(text));
    expect(
      found.map(([name]) => name),
      file,
    ).toEqual([]);
  }
});

test("R-PERF-5: a conversation's page with an answer transfers at most 220 KiB of JavaScript, gzipped", async ({
  person,
}) => {
  const id = await person.begins("how much is this page");
  const { page } = await person.inAnotherTab();
  const scripts = new Map<string, number>();
  const measured: Promise<void>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    measured.push(
      response.body().then((body) => {
        scripts.set(new URL(response.url()).pathname, gzipSync(body).length);
      }),
    );
  });
  await page.goto(`/c/${id}`);
  await expect(page.getByRole("log", { name: "Messages" }).getByRole("article")).toHaveCount(2);
  await page.waitForLoadState("networkidle");
  await Promise.all(measured);
  const kibibytes = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0) / 1024;
  test.info().annotations.push({ type: "JavaScript, KiB gzip", description: kibibytes.toFixed(1) });
  expect(kibibytes).toBeGreaterThan(50);
  expect(kibibytes).toBeLessThanOrEqual(220);
});

test("R-SEC-8: pages have a policy with a nonce of their own and no unsafe-eval; files of the build are immutable", async ({
  person,
}) => {
  const read = async () => (await person.page.request.get("/new")).headers()["content-security-policy"] ?? "";
  const [first, second] = [await read(), await read()];
  expect(first).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic'(;|$)/);
  expect(first).not.toContain("unsafe-eval");
  expect(first).not.toBe(second);
  const script = await person.page
    .goto("/new")
    .then(() => person.page.locator("script[src]").first().getAttribute("src"));
  const file = await person.page.request.get(script ?? "", { headers: { "accept-encoding": "br" } });
  expect(file.headers()).toMatchObject({
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "br",
  });
});
