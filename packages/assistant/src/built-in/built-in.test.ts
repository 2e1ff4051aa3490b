import type { Json, Task } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { factsOf } from "../model-facts.ts";
import { converse, finishTurn, toolBoxOf } from "../testing/turns.ts";
import { runTurn } from "../turn.ts";
import type { Assistant } from "../types.ts";
import { builtInId, builtInModel } from "./model.ts";

const limits = { silenceMs: 5000, turnMs: 20_000, steps: 16 };

function assistantAt(wordsPerSecond: number): Pick<Assistant, "runTurn"> {
  const model = builtInModel({ wordsPerSecond });
  return { runTurn: (request) => runTurn(model, factsOf(builtInId), request, limits) };
}

const quick = assistantAt(Number.POSITIVE_INFINITY);

/** A task list that behaves as the tool server's does. */
function taskList(...titles: string[]) {
  const tasks: Task[] = [];
  const add = (title: string): Task => {
    const now = new Date(tasks.length).toISOString();
    const task = { id: crypto.randomUUID(), title, description: "", completed: false, createdAt: now, updatedAt: now };
    tasks.push(task);
    return task;
  };
  titles.map(add);
  const change = (args: Json, update: (task: Task) => void): Json => {
    const task = tasks.find(({ id }) => id === (args as { taskId: string }).taskId);
    if (!task) throw new Error("gone");
    update(task);
    return { task: { ...task } };
  };
  const tools = toolBoxOf({
    add_task: (args) => ({ task: { ...add((args as { title: string }).title) } }),
    list_tasks: (args) => {
      const { status = "all" } = args as { status?: string };
      const shown = tasks.filter((task) => status === "all" || task.completed === (status === "completed"));
      return {
        tasks: shown.toSorted((a, b) => Number(a.completed) - Number(b.completed)).map((task) => ({ ...task })),
        total: shown.length,
      };
    },
    complete_task: (args) => change(args, (task) => (task.completed = true)),
    reopen_task: (args) => change(args, (task) => (task.completed = false)),
    update_task: (args) => change(args, (task) => (task.title = (args as { title: string }).title)),
    delete_task: (args) => change(args, (task) => tasks.splice(tasks.indexOf(task), 1)),
  });
  const say = converse(quick, { tools, model: builtInId });
  return { tasks, tools, say, left: () => tasks.filter((task) => !task.completed).map((task) => task.title) };
}

describe("R-TASK-2: the built-in assistant manages tasks", () => {
  it("adds several at once, in order", async () => {
    const { say, left, tools } = taskList();
    const { text, steps } = await say("add buy milk and call mum");
    expect(left()).toEqual(["Buy milk", "Call mum"]);
    expect(text).toMatch(/Added 2 tasks:\n\n- \*\*Buy milk\*\*\n- \*\*Call mum\*\*/u);
    expect(steps[0]?.toolCalls.map((call) => call.name)).toEqual(["add_task", "add_task"]);
    expect(tools.calls).toHaveLength(2);
  });

  it("lists what is left, and ordinals mean that list", async () => {
    const { say, left } = taskList("One", "Two", "Three");
    expect((await say("what's left?")).text).toMatch(/3 tasks left:\n\n1\. One\n2\. Two\n3\. Three/u);
    expect((await say("done with the second")).text).toBe("Done: **Two**. 2 left.");
    expect((await say("done with the third")).text).toBe("Done: **Three**. 1 left.");
    expect(left()).toEqual(["One"]);
  });

  it("without a list shown, ordinals mean the tasks as they are listed now", async () => {
    const { say, left } = taskList("One", "Two", "Three");
    await say("done with the first");
    expect(left()).toEqual(["Two", "Three"]);
    await say("done with the last");
    expect(left()).toEqual(["Two"]);
  });

  it("completes, reopens and renames by name", async () => {
    const { say, tasks } = taskList("Buy milk", "Buy bread", "Call mum");
    await say("complete milk");
    expect(tasks.map((task) => task.completed)).toEqual([true, false, false]);
    await say("reopen buy milk");
    expect(tasks[0]?.completed).toBe(false);
    expect((await say("rename buy milk to Buy *oat* milk")).text).toContain(
      "**Buy milk** is now **Buy \\*oat\\* milk**",
    );
    expect(tasks[0]?.title).toBe("Buy *oat* milk");
    expect((await say("done with it")).text).toContain("Done:");
    expect(tasks[0]?.completed).toBe(true);
  });

  it("asks which one is meant, and changes nothing", async () => {
    const { say, left } = taskList("Buy milk", "Buy bread");
    expect((await say("complete buy")).text).toMatch(/Which one do you mean/u);
    expect((await say("complete swim")).text).toMatch(/I find no task for “swim”/u);
    expect(left()).toHaveLength(2);
  });

  it("asks for a title where none was given, and takes the next message for it", async () => {
    const { say, left } = taskList();
    expect((await say("add a task")).text).toContain("what is the task?");
    await say("buy milk and call mum");
    expect(left()).toEqual(["Buy milk", "Call mum"]);
  });

  it("of two that are called alike it takes the older", async () => {
    const { say, tasks } = taskList("Buy milk", "Buy milk", "Water the plants");
    await say("complete buy milk");
    await say("I finished watering the plants");
    expect(tasks.map((task) => task.completed)).toEqual([true, false, true]);
  });

  it("takes several names", async () => {
    const { say, left } = taskList("Buy milk", "Call mum", "Swim");
    await say("done with buy milk and call mum");
    expect(left()).toEqual(["Swim"]);
  });

  it("deletes one at once, and asks before it deletes more", async () => {
    const { say, tasks, tools } = taskList("One", "Two", "Three");
    await say("complete the first two");
    await say("delete three");
    expect(tasks.map((task) => task.title)).toEqual(["One", "Two"]);
    const asked = await say("delete all that is done");
    expect(asked.text).toMatch(/That deletes 2 tasks.*Say \*\*yes\*\* and I delete them\.$/su);
    expect(tasks).toHaveLength(2);
    expect((await say("yes")).text).toBe("Deleted: **One** and **Two**.");
    expect(tasks).toEqual([]);
    const before = tools.calls.length;
    await say("yes");
    expect(tools.calls).toHaveLength(before);
  });

  it("a no, or anything else, deletes nothing", async () => {
    const { say, tasks } = taskList("One", "Two");
    await say("delete everything");
    expect((await say("no")).text).toBe("Then I leave everything as it is.");
    await say("delete everything");
    await say("hello");
    await say("yes");
    expect(tasks).toHaveLength(2);
  });

  it("plans a week, with a list or with what is open", async () => {
    const { say, left } = taskList();
    expect((await say("Plan my week")).text).toContain("Plan my week: finish the report");
    const planned = await say("plan my week: finish the report, call the dentist, go running");
    expect(left()).toEqual(["Finish the report", "Call the dentist", "Go running"]);
    expect(planned.text).toMatch(/\| Monday \|/u);
    expect((await say("Plan my week")).text).toMatch(/Finish the report/u);
  });

  it("R-TURN-9: does not add again what an earlier attempt has added", async () => {
    const { tools, left } = taskList("Buy milk");
    const earlierCalls = [
      {
        id: "1",
        name: "add_task",
        arguments: { title: "Buy milk" },
        result: { task: { id: "1", title: "Buy milk", completed: false } },
        status: "completed" as const,
      },
    ];
    const { text } = await finishTurn(quick, {
      model: builtInId,
      prompt: "add buy milk and call mum",
      tools,
      earlierCalls,
    });
    expect(left()).toEqual(["Buy milk", "Call mum"]);
    expect(text).toContain("Added 2 tasks");
  });

  it("says plainly when the tools are away or fail", async () => {
    const away = { ...toolBoxOf({}), list: () => Promise.reject(new Error("down")) };
    expect((await finishTurn(quick, { model: builtInId, prompt: "add milk", tools: away })).text).toMatch(
      /cannot reach your task list/u,
    );
    const failing = toolBoxOf({ list_tasks: () => 1, add_task: () => Promise.reject(new Error("down")) });
    const { text, outcome } = await finishTurn(quick, { model: builtInId, prompt: "add milk", tools: failing });
    expect(text).toMatch(/I could not add that\. The tool could not be reached\./u);
    expect(outcome.status).toBe("completed");
  });
});

describe("the built-in assistant talks", () => {
  const ask = async (prompt: string) => (await finishTurn(quick, { model: builtInId, prompt })).text;

  it.each([
    ["Hello!", /.+/u],
    ["thanks", /.+/u],
    ["ok", /Nothing is waiting/u],
    ["tell me a joke", /\?/u],
    ["help", /add buy milk and call mum/u],
    ["what can you do?", /what's left/u],
    ["who are you?", /not a language model/u],
    ["are you ChatGPT?", /not a language model/u],
    ["how do I connect a model?", /OPENAI_BASE_URL/u],
    ["how do I use Ollama?", /OPENAI_BASE_URL/u],
    ["what is 12 * (3 + 4)?", /\*\*84\*\*/u],
    ["what is 1/0", /divides by zero/u],
    ["what day is it?", /\d{4}/u],
    ["Explain a piece of code", /```js/u],
    ["Explain what this code does, step by step:\n\nfunction greet() {\n}", /2 lines[\s\S]*`greet`/u],
    ["```py\nimport os\ndef run(): pass\n```", /2 lines of py[\s\S]*`run`[\s\S]*`os`/u],
    ["Write a difficult letter", /> Dear/u],
    [
      "Help me write a difficult letter. It must achieve this: my deposit comes back",
      /ask for:\*\* my deposit comes back/u,
    ],
    ["show a table", /\| :--- \| ---: \|/u],
    ["show me some code", /```ts/u],
    ["explain markdown", /## Lists/u],
    ["show math", /\$\$/u],
    ["count to 100", /^1 2 3 .* 99 100$/u],
    ["say hello world", /^hello world$/u],
    ["what is the capital of France?", /built-in|without/u],
  ])("%j", async (prompt, answer) => {
    expect(await ask(prompt)).toMatch(answer);
  });

  it("tells a long story, and an endless one never", async () => {
    expect((await ask("tell me a long story")).split(/\s+/u).length).toBeGreaterThan(600);
    expect((await ask("count to 99999")).length).toBeLessThan(40_000);
  });

  it("answers about the conversation itself", async () => {
    const say = converse(quick, { tools: toolBoxOf({}), model: builtInId });
    await say("My cat is called *Mimi*");
    await say("hello");
    expect((await say("what did I say first?")).text).toContain("> My cat is called \\*Mimi\\*");
    expect((await say("what did I just ask?")).text).toContain("what did I say first");
    expect((await say("summarise")).text).toMatch(/4 messages so far:[\s\S]*Mimi[\s\S]*hello/u);
  });

  it("keeps in mind what it is told", async () => {
    const say = converse(quick, { tools: toolBoxOf({}), model: builtInId });
    await say("My name is Ada Lovelace.");
    await say("Remember the word zebra");
    expect((await say("What is my name?")).text).toContain("**Ada Lovelace**");
    expect((await say("What did I ask you to remember?")).text).toContain("- the word zebra");
  });

  it.each([
    " ",
    ".",
    "a ",
    "is ",
    " and",
    "i ",
    "my ",
    ", ",
    "mark a",
    ":",
    "- ",
    "to ",
    "the ",
    "```",
    "\n",
    '"',
    "((",
    "1+",
  ])("takes no time over ten thousand characters of %j", async (piece) => {
    for (const start of ["", "what did ", "add ", "mark ", "explain code ", "my x "]) {
      for (const length of [3900, 10_000]) {
        const begun = process.cpuUsage();
        await ask(`${(start + piece.repeat(length)).slice(0, length - 1)}x`);
        const { user, system } = process.cpuUsage(begun);
        expect((user + system) / 1e3, start).toBeLessThan(1500);
      }
    }
  });

  it("does not answer two unknown things alike", async () => {
    const say = converse(quick, { tools: toolBoxOf({}), model: builtInId });
    const answers = [await say("blue elephants"), await say("green giraffes"), await say("red rabbits")].map(
      ({ text }) => text,
    );
    expect(new Set(answers.map((text) => text.split("\n\n")[1])).size).toBe(3);
  });

  it("speaks about fifty words a second, and stops at once", async () => {
    const start = performance.now();
    await finishTurn(assistantAt(50), { model: builtInId, prompt: "count to 26" });
    expect(performance.now() - start).toBeGreaterThan(450);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const stopped = performance.now();
    const { outcome } = await finishTurn(assistantAt(2), {
      model: builtInId,
      prompt: "count to 50",
      signal: stop.signal,
    });
    expect(outcome.status).toBe("aborted");
    expect(performance.now() - stopped).toBeLessThan(2000);
  });
});
