import { gzipSync } from "node:zlib";
import type { ServedAddress } from "@holdfast/api/testing";
import fc from "fast-check";
import type { RawRequest } from "./raw-http.ts";

/** Who asks: what of their own and of others' a request may name. */
export interface Asker {
  userId: string;
  cookie: string;
  token: string;
  origin: string;
  /** Of somebody else. */
  others: { userId: string; ids: string[] };
}

type Header = [string, string];

/** Texts that something once stumbled over. */
const texts = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u200b",
    "__proto__",
    "constructor",
    "../../../etc/passwd",
    "..%2f..%2fetc",
    "%",
    "%00",
    "%ff%fe",
    "%E0%A4%A",
    "'; drop table users; --",
    "\r\nset-cookie: injected=1\r\n",
    "$" + "{7*7}{{7*7}}",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "null",
    "-0",
    "1e999",
    "9007199254740993",
    "x".repeat(201),
    "x".repeat(10_001),
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
);

/** A value as JSON says it: as text, so that it may be none, or what JSON.stringify would not write. */
function jsonText(asker: Asker): fc.Arbitrary<string> {
  const known = fc.constantFrom(asker.userId, asker.others.userId, ...asker.others.ids);
  return fc.oneof(
    { weight: 3, arbitrary: known.map((id) => JSON.stringify(id)) },
    { weight: 3, arbitrary: texts.map((text) => JSON.stringify(text)) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
    fc.constantFrom(
      "null",
      "true",
      "-0",
      "1e999",
      "0.1",
      "1e21",
      "[]",
      "{}",
      '{"$ne":null}',
      '{"__proto__":{"isAdmin":true}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '"\\ud800"',
      '"\\u0000"',
      `${"[".repeat(9_000)}${"]".repeat(9_000)}`,
      `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
    ),
  );
}

/** An object of these fields, of some that nobody has, and of one twice. */
function objectText(asker: Asker, fields: readonly string[]): fc.Arbitrary<string> {
  const names = ["__proto__", "constructor", "toString", "userId", "user_id", "isAnonymous", "role", "json", "0"];
  const name = fc.constantFrom(...fields, ...fields, ...fields, ...names);
  const members = fc.array(fc.tuple(name, jsonText(asker)), { maxLength: fields.length + 2 });
  return members.map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`);
}

function bodies(asker: Asker, fields: readonly string[]): fc.Arbitrary<Buffer | null> {
  const whole = objectText(asker, fields);
  return fc.oneof(
    { weight: 6, arbitrary: whole.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: whole.map((text) => Buffer.from(text.slice(0, Math.ceil(text.length / 2)))) },
    { weight: 1, arbitrary: jsonText(asker).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: whole.map((text) => gzipSync(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constantFrom(null, Buffer.alloc(0), Buffer.from("\ufeff{}"), Buffer.from("a=b&c=d")) },
    fc.constant(Buffer.from(`{"message":"${"x".repeat(1_048_600)}"}`)),
  );
}

const methods = fc.constantFrom(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "LOCK",
);

function identities(asker: Asker): fc.Arbitrary<Header[]> {
  const unsigned = `${encoded({ alg: "none" })}.${encoded({ sub: asker.others.userId, iss: "holdfast", aud: "holdfast-api", exp: 9e9 })}.`;
  const cookie: Header = ["Cookie", asker.cookie];
  const forged = asker.cookie.replace(/=[^;.]+/g, (value) => `${value.slice(0, -4)}AAAA`);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<Header[]>([cookie, ["Origin", asker.origin]]) },
    { weight: 4, arbitrary: fc.constant<Header[]>([["Authorization", `Bearer ${asker.token}`]]) },
    fc.constantFrom<Header[]>(
      [],
      [cookie],
      [cookie, ["Origin", "https://evil.example"]],
      [cookie, ["Origin", "null"]],
      [cookie, cookie],
      [
        ["Cookie", forged],
        ["Origin", asker.origin],
      ],
      [
        ["Cookie", `${asker.cookie}; ${forged}`],
        ["Origin", asker.origin],
      ],
      [["Cookie", "holdfast.session_token=%; holdfast.session_data=a.b.c; __proto__=1; =; ;;"]],
      [["Cookie", `holdfast.session_token=${"x".repeat(6_000)}`]],
      [["Authorization", `Bearer ${unsigned}`]],
      [["Authorization", `Bearer ${asker.token.slice(0, -3)}abc`], cookie],
      [["Authorization", `Bearer ${asker.cookie.replace(/^[^=]*=/, "")}`]],
      [["Authorization", "Basic YTpi"]],
      [["Authorization", `bearer   ${asker.token}  `]],
      [["Origin", asker.origin]],
    ),
  );
}

/** What a proxy, a tool of Next's or nobody at all would send. */
const oddHeaders: fc.Arbitrary<Header[]> = fc.array(
  fc.oneof(
    fc.constantFrom<Header>(
      ["Expect", "100-continue"],
      ["Expect", "a miracle"],
      ["Range", "bytes=0-0,5-1,-1"],
      ["If-None-Match", "*"],
      ["If-Modified-Since", "yesterday"],
      ["Accept", "text/event-stream"],
      ["Accept", "application/jsonl"],
      ["Accept-Encoding", "br;q=0, gzip;q=x, *"],
      ["trpc-accept", "application/jsonl"],
      ["Last-Event-ID", "0:0"],
      ["Last-Event-ID", "\u00ff:-1:9"],
      ["X-Forwarded-For", "127.0.0.1, ::1, <script>"],
      ["X-Forwarded-Host", "evil.example"],
      ["X-Forwarded-Proto", "javascript"],
      ["X-HTTP-Method-Override", "DELETE"],
      ["X-Request-Id", "chosen by the client"],
      ["X-Holdfast-Page-Status", "403"],
      ["X-Middleware-Subrequest", "middleware:middleware:middleware"],
      ["X-Matched-Path", "/settings"],
      ["X-Invoke-Status", "500"],
      ["X-Nextjs-Data", "1"],
      ["RSC", "1"],
      ["Next-Router-Prefetch", "1"],
      ["Next-Router-State-Tree", "%5B%22%22%2C%7B%7D%5D"],
      ["Next-Router-State-Tree", "{"],
      ["Next-Action", "a".repeat(42)],
      ["Next-Url", "/c/1"],
      ["Upgrade", "h2c"],
      ["Connection", "keep-alive, X-Forwarded-For"],
      ["X-Huge", "x".repeat(9_000)],
      ["__proto__", "x"],
    ),
    fc
      .constantFrom("gzip", "br", "deflate", "identity", "zstd, gzip")
      .map((value): Header => ["Content-Encoding", value]),
    fc
      .constantFrom(
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-7",
        "",
        "application/json;",
        "a/b/c",
      )
      .map((value): Header => ["Content-Type", value]),
  ),
  { maxLength: 2 },
);

/** The query of an address: its fields and others, some of them twice. */
function queries(asker: Asker, { path, fields }: ServedAddress): fc.Arbitrary<string> {
  const isProcedure = path.startsWith("/api/trpc/");
  const name = fc.constantFrom(...fields, "limit", "cursor", "__proto__", "a[b]", "batch", "connectionParams");
  const pairs = fc.array(fc.tuple(name, fc.oneof(texts.map(percent), jsonText(asker).map(percent))), { maxLength: 3 });
  const plain = pairs.map((all) => all.map(([key, value]) => `${key}=${value}`).join("&"));
  if (!isProcedure) return plain;
  const input = fc.oneof({ weight: 4, arbitrary: objectText(asker, fields) }, jsonText(asker), texts);
  return fc.tuple(input, plain).map(([text, rest]) => `input=${percent(text).slice(0, 12_000)}&${rest}`);
}

/** The path with its ids: one's own, others', and what is none. */
function paths(asker: Asker, { path }: ServedAddress): fc.Arbitrary<string> {
  const odd = fc.constantFrom("%", "%00", "..%2f..%2fetc", "%ED%A0%80", "1", "x".repeat(300), "__proto__", ";a=b");
  const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...asker.others.ids) }, fc.uuid(), odd);
  const user = fc.oneof({ weight: 6, arbitrary: fc.constant(asker.userId) }, fc.constant(asker.others.userId), odd);
  const tails = fc.oneof(
    { weight: 12, arbitrary: fc.constant("") },
    fc.constantFrom("/", "//", "/%2e%2e", ",turn.get", "%00"),
  );
  return fc
    .tuple(user, id, tails)
    .map(([mine, one, tail]) => `${path.replace("{user_id}", mine).replace(/\{\w+\}/g, one)}${tail}`);
}

/** Requests to an address: most of them with its method, a body or query of its fields, and an identity that is one. */
export function requestsTo(address: ServedAddress, asker: Asker, port: number): fc.Arbitrary<RawRequest> {
  const method = fc.oneof({ weight: 6, arbitrary: fc.constant(address.method) }, methods);
  const takesBody = address.method === "POST";
  const body = takesBody
    ? bodies(asker, address.fields)
    : fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, bodies(asker, []));
  const query = takesBody ? fc.oneof(fc.constant(""), queries(asker, address)) : queries(asker, address);
  return fc
    .tuple(method, paths(asker, address), query, body, identities(asker), oddHeaders)
    .map(([verb, path, search, content, identity, odd]) =>
      request(port, verb, search ? `${path}?${search}` : path, content, [...identity, ...odd]),
    );
}

/** Addresses that are no API's: pages, what they load, and what is nowhere. */
export function requestsToPages(asker: Asker, port: number): fc.Arbitrary<RawRequest> {
  const known = [
    "/",
    "/new",
    "/sign-in",
    "/sign-up",
    "/settings",
    "/forgot-password",
    "/reset-password",
    "/docs/api",
    "/share",
    "/manifest.webmanifest",
    "/icon.svg",
  ];
  const path = fc.oneof(
    fc.constantFrom(...known),
    fc.oneof(texts, fc.constantFrom(...asker.others.ids)).map((text) => `/c/${percent(text)}`),
    fc.constantFrom(
      "/c/..%2f..%2fetc",
      "/c/%2e%2e/%2e%2e",
      "/c/%",
      "/c/%E0%A4%A",
      "/c/a/b",
      "/c//",
      "//evil.example/",
      "/\\evil.example",
      "/;",
      "/%00",
      "/%c0%ae%c0%ae/etc",
      "/_next/static/../../server/app/page.js",
      "/_next/static/%2e%2e/BUILD_ID",
      "/_next/image?url=http%3A%2F%2F127.0.0.1&w=64&q=75",
      "/_next/data/x/index.json",
      "/_next/",
      "/.env",
      "/.git/config",
      "/api",
      "/api/",
      "/api/trpc",
      "/api/trpc/",
      "/docs/api/../../etc",
      "/docs/api/%00",
      "/server.js",
      "/?__nextLocale=x",
      "/?_rsc=1",
      "*",
      "x",
      "http://evil.example/new",
    ),
    fc.webPath(),
  );
  const search = fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    fc.webQueryParameters(),
    fc.constantFrom(
      "text=a&title=b&url=javascript:alert(1)",
      "error=%00<script>",
      `token=${"x".repeat(5_000)}`,
      "a=1&a=2&a[]=3",
    ),
  );
  const body = fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.constant(Buffer.from("0=%5B%22x%22%5D")));
  const method = fc.oneof({ weight: 6, arbitrary: fc.constant("GET") }, methods);
  return fc
    .tuple(method, path, search, body, identities(asker), oddHeaders)
    .map(([verb, to, query, content, identity, odd]) =>
      request(port, verb, query && !to.includes("?") ? `${to}?${query}` : to, content, [...identity, ...odd]),
    );
}

/** What is no request, or not one alone: broken lines, lies about lengths, two in one, and ends that never come. */
export function requestsThatAreNone(asker: Asker, port: number): fc.Arbitrary<Buffer> {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const post = `POST /api/trpc/task.add HTTP/1.1\r\n${host}Authorization: Bearer ${asker.token}\r\nContent-Type: application/json\r\n`;
  const get = `GET /api/health/live HTTP/1.1\r\n${host}\r\n`;
  const said = fc.constantFrom(
    "",
    "\r\n\r\n",
    "GET",
    "GET /\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000",
    `GET /\u0000 HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}X: \u0000\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host} folded: x\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}no colon\r\n\r\n`,
    `GET / HTTP/1.1\n${host}\n`,
    `GET / HTTP/1.1\r\n${host}${host}\r\n`,
    "GET / HTTP/1.1\r\n\r\n",
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(100_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}${"X: y\r\n".repeat(3_000)}\r\n`,
    get + get + get,
    `${get}GARBAGE\r\n\r\n`,
    `${post}Content-Length: 5\r\n\r\n{}${get}`,
    `${post}Content-Length: 900\r\n\r\n{"title":`,
    `${post}Content-Length: -1\r\n\r\n{}`,
    `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
    `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${get}`,
    `${post}Transfer-Encoding: gzip\r\n\r\n{}`,
    `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    `${post}Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    `${post}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n\r\n`,
    `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`,
  );
  const whole = said.map((text) => Buffer.from(text, "latin1"));
  const cut = fc.tuple(whole, fc.nat(200)).map(([bytes, end]) => bytes.subarray(0, end));
  const changed = fc.tuple(whole, fc.nat(400), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes);
    if (at < copy.length) copy[at] = byte;
    return copy;
  });
  return fc.oneof({ weight: 2, arbitrary: whole }, cut, changed);
}

function request(port: number, method: string, target: string, body: Buffer | null, given: Header[]): RawRequest {
  const headers: Header[] = [["Host", `127.0.0.1:${port}`], ["Connection", "close"], ...given];
  const has = (name: string) => headers.some(([one]) => one.toLowerCase() === name);
  if (body && !has("content-type")) headers.push(["Content-Type", "application/json"]);
  if (body) headers.push(["Content-Length", String(body.length)]);
  // What a line cannot hold would be another request: such targets are written as no client would, but on one line.
  return { method, target: target.replaceAll("\u0000", "%00").replace(/\s/g, "%20"), headers, body };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** As `encodeURIComponent`, which throws for half of a surrogate pair. */
function percent(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
