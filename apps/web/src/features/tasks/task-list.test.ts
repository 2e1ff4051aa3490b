import { describe, expect, it } from "vitest";
import {
  type Change,
  type ChangeUnderWay,
  countLeft,
  countProblem,
  isBeingAdded,
  stillDue,
  titleProblem,
  withChanges,
} from "./task-list";

const task = (id: string, completed = false) => ({
  id,
  title: id,
  description: "",
  completed,
  createdAt: "",
  updatedAt: "",
});

const list = (readFrom: number, ...tasks: ReturnType<typeof task>[]) => ({ tasks, readFrom });
const underWay = (change: Change, answeredAt: number | null = null, key = "1"): ChangeUnderWay => ({
  key,
  change,
  answeredAt,
});
const tick = (id: string, completed = true): Change => ({ kind: "update", id, update: { completed } });
const add = (title: string, ...known: string[]): Change & { kind: "add" } => ({ kind: "add", title, known, at: "" });
const shown = (...of: Parameters<typeof withChanges>) =>
  withChanges(...of).map((one) => (one.completed ? `x ${one.title}` : one.title));

describe("the list of tasks", () => {
  it("R-TASK-3: adds after the open ones and before the done", () => {
    const tasks = withChanges(list(0, task("a"), task("b", true)), [underWay(add("new"))]);
    expect(tasks.map((one) => one.title)).toEqual(["a", "new", "b"]);
    expect(tasks.map(isBeingAdded)).toEqual([false, true, false]);
  });

  it("moves a task that is done below those that are not", () => {
    const tasks = withChanges(list(0, task("a"), task("b")), [underWay(tick("a"))]);
    expect(tasks.map((one) => one.id)).toEqual(["b", "a"]);
    expect(countLeft(tasks)).toBe(1);
  });

  it("forgets a deleted one", () => {
    expect(shown(list(0, task("a"), task("b")), [underWay({ kind: "remove", id: "a" })])).toEqual(["b"]);
  });

  it("R-TASK-3: keeps what is under way while the list is read, whatever the server has so far", () => {
    const changes = [underWay(tick("a"), null, "1"), underWay(tick("b"), 3, "2"), underWay(add("new"), null, "3")];
    expect(shown(list(4, task("a"), task("b", true)), changes)).toEqual(["new", "x a", "x b"]);
    expect(shown(undefined, [underWay(add("first"))])).toEqual(["first"]);
    expect(shown(list(4, task("a")), [underWay(tick("a"), null, "1"), underWay(tick("a", false), null, "2")])).toEqual([
      "a",
    ]);
  });

  it("R-TASK-3: goes by the server's list once that was read after the answer, and not before", () => {
    const change = underWay(tick("a"), 5);
    expect(shown(list(4, task("a")), [change])).toEqual(["x a"]);
    expect(shown(list(6, task("a")), [change])).toEqual(["a"]);
    expect([stillDue([change], list(4)), stillDue([change], undefined)]).toEqual([[change], [change]]);
    expect(stillDue([change], list(6))).toEqual([]);
  });

  it("R-TASK-3: shows an addition once, though a list brings it before its answer", () => {
    const twice = [underWay(add("tea", "old"), null, "1"), underWay(add("tea", "old"), null, "2")];
    const [old, first] = [
      { ...task("old"), title: "tea" },
      { ...task("first"), title: "tea" },
    ];
    expect(withChanges(list(1, old), twice).map((one) => one.id)).toEqual(["old", "adding:1", "adding:2"]);
    expect(withChanges(list(1, old, first), twice).map((one) => one.id)).toEqual(["old", "first", "adding:2"]);
    const answered = underWay({ ...add("tea", "old"), task: first }, 5);
    for (const read of [list(1, old), list(1, old, first)])
      expect(withChanges(read, [answered]).map((one) => one.id)).toEqual(["old", "first"]);
  });

  it("R-TASK-3: says what is wrong with a title that cannot be taken", () => {
    expect([titleProblem("a"), titleProblem("😀".repeat(500))]).toEqual([null, null]);
    expect(titleProblem(" \u3000")).toBe("Say what is to be done.");
    expect(titleProblem("😀".repeat(503))).toBe("A task has at most 500 characters: these are 3 too many.");
  });

  it("R-TASK-3: says when no more tasks can be added", () => {
    expect([countProblem(0), countProblem(1_999)]).toEqual([null, null]);
    expect(countProblem(2_000)).toBe("A list has at most 2,000 tasks: delete some to add more.");
  });
});
