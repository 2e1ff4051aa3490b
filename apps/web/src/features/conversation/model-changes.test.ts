import { describe, expect, it } from "vitest";
import { ModelChanges } from "./model-changes";

function conversation(model: string | null) {
  const answers: { model: string; accept(): void; refuse(): void }[] = [];
  const seen = { model, refusals: 0 };
  const options = {
    save: (_id: string, wanted: string) =>
      new Promise<void>((accept, reject) => {
        answers.push({ model: wanted, accept, refuse: () => reject(new Error("refused")) });
      }),
    show: (_id: string, shown: string | null) => {
      seen.model = shown;
    },
    shown: () => seen.model,
    onRefused: () => {
      seen.refusals += 1;
    },
  };
  const changes = new ModelChanges();
  return { seen, answers, change: (wanted: string) => changes.change("c", wanted, options) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("changes of a conversation's model", () => {
  it("R-WEB-4: a refused one is taken back, to what the server last accepted", async () => {
    const { seen, answers, change } = conversation("first");
    const accepted = change("second");
    await settled();
    const refused = change("third");
    answers[0]?.accept();
    await accepted;
    expect(seen.model).toBe("third");
    await settled();
    answers[1]?.refuse();
    await refused;
    expect(seen).toEqual({ model: "second", refusals: 1 });
  });

  it("R-WEB-4: a refused one does not undo a later one", async () => {
    const { seen, answers, change } = conversation(null);
    const refused = change("second");
    await settled();
    const accepted = change("third");
    answers[0]?.refuse();
    await refused;
    expect(seen).toEqual({ model: "third", refusals: 1 });
    await settled();
    expect(answers.map((one) => one.model)).toEqual(["second", "third"]);
    answers[1]?.accept();
    await accepted;
    expect(seen.model).toBe("third");
  });
});
