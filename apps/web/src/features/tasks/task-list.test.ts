import { describe, expect, it } from "vitest";
import { countLeft, isBeingAdded, titleProblem, withAdded, withChanged, without } from "./task-list";

const task = (id: string, completed = false) => ({
  id,
  title: id,
  description: "",
  completed,
  createdAt: "",
  updatedAt: "",
});

describe("the list of tasks", () => {
  it("R-TASK-3: adds after the open ones and before the done", () => {
    const list = withAdded([task("a"), task("b", true)], "new", "1");
    expect(list.map((one) => one.title)).toEqual(["a", "new", "b"]);
    expect(isBeingAdded(list[1] ?? task("x"))).toBe(true);
  });

  it("moves a task that is done below those that are not", () => {
    const list = withChanged([task("a"), task("b")], "a", { completed: true });
    expect(list.map((one) => one.id)).toEqual(["b", "a"]);
    expect(countLeft(list)).toBe(1);
  });

  it("R-TASK-3: says what is wrong with a title that cannot be taken", () => {
    expect([titleProblem("a"), titleProblem("😀".repeat(500))]).toEqual([null, null]);
    expect(titleProblem(" \u3000")).toBe("Say what is to be done.");
    expect(titleProblem("😀".repeat(503))).toBe("A task has at most 500 characters: these are 3 too many.");
  });

  it("forgets a deleted one", () => {
    expect(without([task("a"), task("b")], "a").map((one) => one.id)).toEqual(["b"]);
  });
});
