import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonPiece, jsonPieces, PieceTooLongError } from "./json-items.ts";

const lists = ["books", "books.pages", "songs"];

async function* piecesOf(text: string, { chunkBytes = 7, pieceLength = 1_000_000 } = {}): AsyncGenerator<JsonPiece> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  yield* jsonPieces(chunks(), { lists, pieceLength });
}

/** The object that the pieces were taken from. */
async function joined(pieces: AsyncIterable<JsonPiece>): Promise<unknown> {
  const whole = new Map<string, unknown>();
  let book = new Map<string, unknown>();
  const listOf = (list: string) => (list === "books.pages" ? book.get("pages") : whole.get(list)) as unknown[];
  for await (const piece of pieces) {
    if (piece.type === "field") (piece.of === "" ? whole : book).set(piece.name, piece.value);
    else if (piece.type === "list")
      (piece.list === "books.pages" ? book : whole).set(piece.list.replace("books.", ""), []);
    else if (piece.type === "item") listOf(piece.list).push(piece.value);
    else {
      listOf(piece.list).push(Object.fromEntries(book));
      book = new Map();
    }
  }
  return Object.fromEntries(whole);
}

describe("jsonPieces", () => {
  it("R-SEC-7: gives every item of every list and every plain field, however the bytes are cut", async () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const plain = fc.dictionary(fc.string(), json, { maxKeys: 4 });
    const items = fc.array(json, { maxLength: 4 });
    const book = fc.tuple(plain, fc.option(items)).map(([fields, pages]) => (pages ? { ...fields, pages } : fields));
    const object = fc.tuple(plain, fc.option(fc.array(fc.oneof(book, fc.string()))), fc.option(items), plain);
    const numbers = { chunkBytes: fc.integer({ min: 1, max: 20 }), indent: fc.constantFrom(0, 2) };
    await fc.assert(
      fc.asyncProperty(object, fc.record(numbers), async ([before, books, songs, after], { chunkBytes, indent }) => {
        const value = { ...before, ...(books && { books }), ...(songs && { songs }), ...after };
        const text = JSON.stringify(value, null, indent);
        expect(await joined(piecesOf(text, { chunkBytes }))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it("R-SEC-7: gives the pages of a book before the book is whole", async () => {
    const pieces: JsonPiece[] = [];
    for await (const piece of piecesOf('{"books": [{"pages": [{"n": [1]}, 2], "title": "One"}]}')) pieces.push(piece);
    expect(pieces).toEqual([
      { type: "list", list: "books" },
      { type: "list", list: "books.pages" },
      { type: "item", list: "books.pages", value: { n: [1] } },
      { type: "item", list: "books.pages", value: 2 },
      { type: "field", of: "books", name: "title", value: "One" },
      { type: "end", list: "books" },
    ]);
  });

  it.each([
    ["an item", `{"songs": ["${"a".repeat(1000)}"]}`],
    ["a page", `{"books": [{"pages": [{"a": ["${"a".repeat(1000)}"]}]}]}`],
    ["a field", `{"a": [${"{},".repeat(400)}{}]}`],
    ["a key", `{"${"a".repeat(1000)}": [1]}`],
    ["space between", `{"songs": [1,${" ".repeat(1000)}2]}`],
    ["what does not end", `{"songs": ["${"a".repeat(1000)}`],
  ])("R-OPS-5: holds no more than a piece's length: %s that is longer is refused", async (_, text) => {
    await expect(joined(piecesOf(text, { pieceLength: 900 }))).rejects.toThrow(PieceTooLongError);
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
    '{"books": [{"a": 1}{"a": 2}]}',
    '{"books": [{"a": 1} 2]}',
    '{"books": [2 {"a": 1}]}',
    '{"books": [{"a": 1},]}',
    '{"books": [{"pages": [1] "a": 1}]}',
    '{"books": [{"pages": [1} ]}',
    '{"books": [{"pages": [1]]}',
    '{"books" [1]}',
    '{"books": [1][2]}',
  ])("R-SEC-7: refuses what is not one JSON object: %s", async (text) => {
    await expect(joined(piecesOf(text))).rejects.toThrow(SyntaxError);
  });
});
