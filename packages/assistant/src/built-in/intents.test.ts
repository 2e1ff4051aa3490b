import { describe, expect, it } from "vitest";
import { taskIntent } from "./tasks/intent.ts";
import { itemsOf } from "./tasks/items.ts";

describe("what is to be added", () => {
  it.each([
    ["buy milk and call mum", ["Buy milk", "Call mum"]],
    ["buy bread and butter", ["Buy bread and butter"]],
    ["buy bread and butter and call mum", ["Buy bread and butter", "Call mum"]],
    ["milk, eggs and bread", ["Milk", "Eggs", "Bread"]],
    ["buy milk, call mum, and pay the rent", ["Buy milk", "Call mum", "Pay the rent"]],
    ["call mum and dad", ["Call mum and dad"]],
    ["wash and dry the dishes", ["Wash and dry the dishes"]],
    ['"buy milk and call mum"', ["Buy milk and call mum"]],
    ["- buy milk\n- call mum", ["Buy milk", "Call mum"]],
    ["1. buy milk\n2. call mum", ["Buy milk", "Call mum"]],
    ["book a table; pay rent", ["Book a table", "Pay rent"]],
    ["Über den Fluss", ["Über den Fluss"]],
    ["", []],
  ])("%j is %j", (text, items) => {
    expect(itemsOf(text)).toEqual(items);
  });
});

describe("what a person asks of their tasks", () => {
  it.each([
    ["add buy milk and call mum", { do: "add", titles: ["Buy milk", "Call mum"] }],
    ["Please add buy milk!", { do: "add", titles: ["Buy milk"] }],
    ["add the task: water the plants", { do: "add", titles: ["Water the plants"] }],
    ["add a task to water the plants", { do: "add", titles: ["Water the plants"] }],
    ["add a task called Taxes", { do: "add", titles: ["Taxes"] }],
    ["can you add a new task: Taxes?", { do: "add", titles: ["Taxes"] }],
    ["add milk to my list", { do: "add", titles: ["Milk"] }],
    ["put 'call the bank' on my to-do list", { do: "add", titles: ["Call the bank"] }],
    ["create a task buy milk", { do: "add", titles: ["Buy milk"] }],
    ["add two tasks: buy milk, call mum", { do: "add", titles: ["Buy milk", "Call mum"] }],
    ["remind me to water the plants", { do: "add", titles: ["Water the plants"] }],
    ["don't let me forget to call mum", { do: "add", titles: ["Call mum"] }],
    ["I need to buy milk", { do: "add", titles: ["Buy milk"] }],
    ["todo: buy milk", { do: "add", titles: ["Buy milk"] }],
    ["add a task", { do: "add", titles: [] }],
    ["add the following tasks: a walk, a run", { do: "add", titles: ["A walk", "A run"] }],
    ["Add to my tasks: buy milk, call mum", { do: "add", titles: ["Buy milk", "Call mum"] }],
    ["Add to my tasks: ", { do: "add", titles: [] }],
    ["add to my list: eggs", { do: "add", titles: ["Eggs"] }],
    ["set a reminder to breathe", { do: "add", titles: ["Breathe"] }],
    ["set task 2 as done", { do: "complete", targets: [{ by: "number", n: 2 }] }],
    ["what's left?", { do: "list", status: "open" }],
    ["What’s left to do?", { do: "list", status: "open" }],
    ["What's left to do?", { do: "list", status: "open" }],
    ["what do I have to do today?", { do: "list", status: "open" }],
    ["show my tasks", { do: "list", status: "all" }],
    ["show me all my tasks", { do: "list", status: "all" }],
    ["list tasks", { do: "list", status: "all" }],
    ["my tasks", { do: "list", status: "all" }],
    ["show open tasks", { do: "list", status: "open" }],
    ["which are done? show done tasks", null],
    ["what have I done?", { do: "list", status: "completed" }],
    ["how many tasks are open", { do: "list", status: "open" }],
    ["done with the second", { do: "complete", targets: [{ by: "number", n: 2 }] }],
    ["I'm done with the second one", { do: "complete", targets: [{ by: "number", n: 2 }] }],
    [
      "done with 1, 3 and 4",
      {
        do: "complete",
        targets: [
          { by: "number", n: 1 },
          { by: "number", n: 3 },
          { by: "number", n: 4 },
        ],
      },
    ],
    ["complete buy milk", { do: "complete", targets: [{ by: "name", name: "buy milk" }] }],
    ["mark 'buy milk' as done", { do: "complete", targets: [{ by: "name", name: "buy milk" }] }],
    ["mark buy milk done", { do: "complete", targets: [{ by: "name", name: "buy milk" }] }],
    ["tick off task 3", { do: "complete", targets: [{ by: "number", n: 3 }] }],
    ["finish the last one", { do: "complete", targets: [{ by: "number-from-end", n: 1 }] }],
    ["buy milk is done", { do: "complete", targets: [{ by: "name", name: "buy milk" }] }],
    ["complete all tasks", { do: "complete", targets: [{ by: "all", status: "any" }] }],
    [
      "complete the first two",
      {
        do: "complete",
        targets: [
          { by: "number", n: 1 },
          { by: "number", n: 2 },
        ],
      },
    ],
    ["reopen buy milk", { do: "reopen", targets: [{ by: "name", name: "buy milk" }] }],
    ["mark the first as not done", { do: "reopen", targets: [{ by: "number", n: 1 }] }],
    [
      "rename buy milk to buy oat milk",
      { do: "rename", targets: [{ by: "name", name: "buy milk" }], title: "buy oat milk" },
    ],
    ["rename the second to Call dad", { do: "rename", targets: [{ by: "number", n: 2 }], title: "Call dad" }],
    ["change task 1 to 'Pay rent'", { do: "rename", targets: [{ by: "number", n: 1 }], title: "Pay rent" }],
    ["delete buy milk", { do: "delete", targets: [{ by: "name", name: "buy milk" }] }],
    ["remove the task buy milk from my list", { do: "delete", targets: [{ by: "name", name: "buy milk" }] }],
    ["delete it", { do: "delete", targets: [{ by: "it" }] }],
    ["delete all that is done", { do: "delete", targets: [{ by: "all", status: "completed" }] }],
    ["delete all completed tasks", { do: "delete", targets: [{ by: "all", status: "completed" }] }],
    ["clear the finished ones", { do: "delete", targets: [{ by: "all", status: "completed" }] }],
    ["delete everything that's done", { do: "delete", targets: [{ by: "all", status: "completed" }] }],
    ["delete everything", { do: "delete", targets: [{ by: "all", status: "any" }] }],
    ["delete all my tasks", { do: "delete", targets: [{ by: "all", status: "any" }] }],
    // Not about tasks
    ["hello", null],
    ["delete this conversation", null],
    ["rename this chat to X", null],
    ["add 2 and 3", null],
    ["how is cheese done?", null],
    ["show a table", null],
    ["what is the capital of France?", null],
    ["I need to know how this works", null],
    ["explain the first law of motion", null],
  ])("%j is %j", (asked, intent) => {
    expect(taskIntent(asked)).toEqual(intent);
  });
});
