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

export type Header = [string, string];

/** Texts that something once stumbled over. */
export const texts = fc.oneof(
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

export const methods = fc.constantFrom(
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

export function identities(asker: Asker): fc.Arbitrary<Header[]> {
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
export const oddHeaders: fc.Arbitrary<Header[]> = fc.array(
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

export function request(
  port: number,
  method: string,
  target: string,
  body: Buffer | null,
  given: Header[],
): RawRequest {
  const headers: Header[] = [["Host", `127.0.0.1:${port}`], ["Connection", "close"], ...given];
  const has = (name: string) => headers.some(([one]) => one.toLowerCase() === name);
  if (body && !has("content-type")) headers.push(["Content-Type", "application/json"]);
  if (body) headers.push(["Content-Length", String(body.length)]);
  // What a line cannot hold would be another request: such targets are written as no client would, but on one line.
  return { method, target: target.replaceAll("\u0000", "%00").replace(/\s/g, "%20"), headers, body };
}

/** As `encodeURIComponent`, which throws for half of a surrogate pair. */
export function percent(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
