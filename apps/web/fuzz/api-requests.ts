import { gzipSync } from "node:zlib";
import type { ServedAddress } from "@holdfast/api/testing";
import fc from "fast-check";
import type { RawRequest } from "./raw-http.ts";
import { type Asker, identities, methods, oddHeaders, percent, request, texts } from "./request-parts.ts";

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
