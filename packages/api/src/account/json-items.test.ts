import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonPiece, jsonPieces } from "./json-items.ts";

async function piecesOf(text: string, chunkBytes = 7): Promise<JsonPiece[]> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const pieces: JsonPiece[] = [];
  for await (const piece of jsonPieces(chunks())) if (!("field" in piece) || piece.field !== "") pieces.push(piece);
  return pieces;
}

describe("jsonPieces", () => {
  it("R-SEC-7: gives every item of every list and every plain field, however the bytes are cut", async () => {
    const key = fc.string({ minLength: 1 });
    const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(object, fc.integer({ min: 1, max: 20 }), fc.boolean(), async (value, chunkBytes, spaced) => {
        const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        const expected = Object.entries(plain).flatMap(([name, of]): JsonPiece[] =>
          Array.isArray(of) ? of.map((item) => ({ list: name, item })) : [{ field: name, value: of }],
        );
        expect(await piecesOf(JSON.stringify(plain, null, spaced ? 2 : 0), chunkBytes)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    "",
    "[]",
    '"text"',
    "{",
    '{"a": [1, 2}',
    '{"a": [1, 2',
    '{"a": [1,, 2]}',
    '{"a": [1, ]}',
    '{"a": 1,}',
    '{"a": [1] "b"}',
    '{"a": 1} {"b": 2}',
    '{"a": 1} "b"',
    '{"a": 1]',
    '{"a": {"b": 1]}',
    '{"a": nonsense}',
    "{1: 2}",
    "}{",
  ])("R-SEC-7: refuses what is not one JSON object: %s", async (text) => {
    await expect(piecesOf(text)).rejects.toThrow(SyntaxError);
  });
});
