import { limits } from "@holdfast/contract";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { UserStore } from "./types.ts";

let db: TestDatabase;
let ada: UserStore;

beforeAll(async () => {
  db = await openTestDatabase();
  ada = db.forUser((await createTestUser(db)).id);
  const trip = await ada.createConversation({ title: "Trip to Lisbon" });
  await ada.addMessage(trip.id, "user", "Which trams climb the hills of Lisbon?");
  await ada.addMessage(
    trip.id,
    "assistant",
    `${"filler ".repeat(5_000)}Line 28 climbs to the castle; it's <b>famous</b>.`,
  );
  const bread = await ada.createConversation({ title: "Bread" });
  await ada.addMessage(bread.id, "user", "How long does sourdough rise? Größe zählt nicht.");
});

afterAll(() => db.close());

const found = async (query: string, store = ada) => (await store.search(query, 10)).map((hit) => hit.conversationTitle);

describe("search", () => {
  it("R-WEB-4: finds words in titles and messages, titles first", async () => {
    const hits = await ada.search("lisbon", 10);
    expect(hits.map((hit) => hit.messageId === null)).toEqual([true, false]);
    expect(hits[0]?.excerpt).toBe("Trip to \uE000Lisbon\uE001");
    expect(hits[1]?.position).toBe(1);
  });

  it("R-WEB-4: every word must occur, the last as a prefix", async () => {
    expect(await found("sourdough ri")).toEqual(["Bread"]);
    expect(await found("sourdough tram")).toEqual([]);
    expect(await found("sour")).toEqual(["Bread"]);
    expect(await found("sour rise")).toEqual([]);
    expect(await found("GRÖSSE")).toEqual([]);
    expect(await found("größe")).toEqual(["Bread"]);
  });

  it("R-WEB-4: an excerpt shows the match, however far down it is", async () => {
    const [hit] = await ada.search("castle", 10);
    expect(hit?.excerpt).toContain("\uE000castle\uE001");
    expect(hit?.excerpt.length).toBeLessThan(400);
  });

  it("R-WEB-4: however many titles hold the words, messages are found too", async () => {
    const many = db.forUser((await createTestUser(db)).id);
    for (let index = 0; index < 12; index++) await many.createConversation({ title: `Harbour ${index}` });
    const { id } = await many.createConversation({ title: "Elsewhere" });
    await many.addMessage(id, "user", "The harbour lies to the south.");
    const hits = await many.search("harbour", 10);
    expect(hits.map((hit) => hit.messageId === null)).toEqual([...Array(9).fill(true), false]);
  });

  it.each([
    "",
    "  ",
    "'",
    "\\",
    "a & b | !c:*",
    "<->",
    "'; DROP TABLE users; --",
    "😀",
    "\u200b",
    "(",
    "it's",
    "%",
    "_",
  ])("R-SEC-1: a query is never an expression (%j)", async (query) => {
    expect(Array.isArray(await ada.search(query, 10))).toBe(true);
  });

  it("R-WEB-4: what is written with a mark in it is found as it is written", async () => {
    const marks = db.forUser((await createTestUser(db)).id);
    const { id } = await marks.createConversation({ title: "Marks" });
    for (const said of ["it's five o'clock", "s comes after it", "see holdfast-app.example/docs", "it is s"])
      await marks.addMessage(id, "user", said);
    const positions = async (query: string) => (await marks.search(query, 10)).map((hit) => hit.position).sort();
    expect(await positions("it's")).toEqual([1]);
    expect(await positions("s it")).toEqual([1, 2, 4]);
    expect(await positions("o'clo")).toEqual([1]);
    expect(await positions("holdfast-app.example")).toEqual([3]);
    expect(await positions("“it's” five?")).toEqual([1]);
  });

  it("R-WEB-4: Chinese and Japanese, which have no spaces, are found by whatever part of them", async () => {
    const store = db.forUser((await createTestUser(db)).id);
    const { id } = await store.createConversation({ title: "旅行計画" });
    await store.addMessage(id, "user", "明日の天気予報を教えてください");
    await store.addMessage(id, "user", "予報は報告です。東京Tower展望台");
    const positions = async (query: string) => (await store.search(query, 10)).map((hit) => hit.position).sort();
    expect(await positions("予報")).toEqual([1, 2]);
    expect(await positions("天気予報")).toEqual([1]);
    expect(await positions("報予")).toEqual([]);
    expect(await positions("天 ください")).toEqual([1]);
    expect(await positions("展望")).toEqual([2]);
    expect(await positions("tow")).toEqual([2]);
    expect(await positions("計画")).toEqual([null]);
    const [hit] = await store.search("天気予報", 10);
    expect(hit?.excerpt).toBe("明日の\uE000天気予報\uE001を教えてください");
  });

  it("R-SEC-1: two people whose words stand together in the index find their own only", async () => {
    const [first, second] = ["1", "2"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000012345678`);
    await db.sql("INSERT INTO users (id, name) VALUES ($1, 'first'), ($2, 'second')", [first, second]);
    const [one, other] = [db.forUser(first ?? ""), db.forUser(second ?? "")];
    for (const [store, said] of [
      [one, "neighbours share a hedge"],
      [other, "neighbours share a wall"],
    ] as const)
      await store.addMessage((await store.createConversation()).id, "user", said);
    const excerpts = (await one.search("neighbours sha", 10)).map((hit) => hit.excerpt);
    expect(excerpts).toEqual(["\uE000neighbours\uE001 \uE000share\uE001 a hedge"]);
    expect(await other.search("hedge", 10)).toEqual([]);
  });

  it("R-SEC-1: finds nothing of anybody else's", async () => {
    const bob = db.forUser((await createTestUser(db)).id);
    expect(await found("lisbon", bob)).toEqual([]);
  });
});

/** As many different words as there are, of letters that stand beside each other in Unicode, with a mark after each. */
function differentWords({ letter, of, length, mark }: { letter: string; of: number; length: number; mark: string }) {
  const first = letter.codePointAt(0) ?? 0;
  const words = Array.from({ length: Math.ceil(limits.answerLength / (length + 1)) }, (_, index) =>
    Array.from({ length }, (_, place) => String.fromCodePoint(first + (Math.floor(index / of ** place) % of))).join(""),
  );
  // A compound of 2 KB is too long to be a word.
  const compounds = words.map((word, index) => word + (index % Math.floor(500 / (length + 1)) === 0 ? " " : mark));
  return Array.from(`beginning ${compounds.join("")}`)
    .slice(0, limits.answerLength)
    .join("");
}

describe("a text of more words than PostgreSQL can index", () => {
  // What so many words wait in would be emptied by the insert that finds it full.
  afterEach(() => db.sql("SELECT gin_clean_pending_list('messages_search')"));

  it.each([
    ["compounds of letters of four bytes", differentWords({ letter: "\u{10428}", of: 40, length: 3, mark: "-" })],
    ["compounds of few letters each", differentWords({ letter: "\u{10428}", of: 40, length: 2, mark: "-" })],
    ["letters of three bytes", differentWords({ letter: "가", of: 11_000, length: 2, mark: "-" })],
    ["letters of two bytes", differentWords({ letter: "а", of: 32, length: 3, mark: "-" })],
    ["letters that are longer when small", differentWords({ letter: "Ⱥ", of: 2, length: 16, mark: "-" })],
    ["ASCII", differentWords({ letter: "a", of: 26, length: 3, mark: "-" })],
    ["addresses", differentWords({ letter: "a", of: 26, length: 3, mark: ".com/" })],
    ["Chinese", differentWords({ letter: "\u{20000}", of: 42_000, length: 1, mark: "\u{2A700}" })],
  ])("R-MSG-5, R-MSG-6: is stored all the same, and found by its beginning: %s", async (_, text) => {
    const eve = db.forUser((await createTestUser(db)).id);
    const { id } = await eve.createConversation();
    await eve.addMessage(id, "assistant", text);
    expect((await eve.getChatHistory(id))[0]?.content).toBe(text);
    expect(await eve.search("beginning", 1)).toMatchObject([{ conversationId: id, position: 1 }]);
  });

  it("R-WEB-4: is indexed to its end where it has the letters of most languages' long answers", async () => {
    const eve = db.forUser((await createTestUser(db)).id);
    const { id } = await eve.createConversation();
    await eve.addMessage(id, "assistant", `${"слово слово ".repeat(10_000)}hindmost`);
    await eve.addMessage(id, "assistant", `${"some words ".repeat(18_000)}rearmost`);
    expect(await eve.search("hindmost", 1)).toHaveLength(1);
    expect(await eve.search("rearmost", 1)).toHaveLength(1);
  });
});
