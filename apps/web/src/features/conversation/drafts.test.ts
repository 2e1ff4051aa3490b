import { describe, expect, it } from "vitest";
import { Drafts, draftKeyOf } from "./drafts";
import { memoryStorage } from "./testing/memory-storage";

describe("drafts", () => {
  it("keeps one for each conversation, and tells of what comes back", () => {
    const drafts = new Drafts(memoryStorage());
    drafts.write("a", "one");
    drafts.write(draftKeyOf(null, "user"), "two");
    expect([drafts.read("a"), drafts.read("new:user"), drafts.read("b")]).toEqual(["one", "two", ""]);
    let told = "";
    drafts.subscribe("a", (text) => {
      told = text;
    });
    drafts.restore("a", "refused");
    expect(told).toBe("refused\n\none");
  });

  it("R-TURN-2: gives back what was refused before a text that begins with the same words, and only once", () => {
    const drafts = new Drafts(memoryStorage());
    drafts.write("a", "hello again");
    drafts.restore("a", "hello");
    expect(drafts.read("a")).toBe("hello\n\nhello again");
    drafts.restore("a", "hello");
    expect(drafts.read("a")).toBe("hello\n\nhello again");
    drafts.restore("b", "once");
    drafts.restore("b", "once");
    expect(drafts.read("b")).toBe("once");
  });

  it("R-WEB-4: a first message takes what was typed after it along, but nothing that was typed in another tab", () => {
    const storage = memoryStorage();
    const [tab, other] = [new Drafts(storage), new Drafts(storage)];
    tab.write("new:visitor", "");
    other.write("new:visitor", "of the other tab");
    tab.adoptOwn("new:visitor", "c");
    expect([tab.read("c"), other.read("new:visitor")]).toEqual(["", "of the other tab"]);
    tab.write("new:visitor", "typed since");
    tab.adoptOwn("new:visitor", "c");
    expect([tab.read("c"), other.read("new:visitor")]).toEqual(["typed since", ""]);
  });

  it("R-WEB-4: keeps what a full or forbidden storage does not take as long as the page lives", () => {
    const full = memoryStorage();
    full.setItem("holdfast:draft:a", "stored");
    full.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    for (const drafts of [new Drafts(full), new Drafts(null)]) {
      drafts.write("a", "typed");
      drafts.restore("a", "refused");
      drafts.write("b", "gone");
      drafts.write("b", "");
      drafts.write("new:visitor", "first");
      drafts.adopt("new:visitor", "new:u");
      expect(["a", "b", "new:visitor", "new:u"].map((key) => drafts.read(key))).toEqual([
        "refused\n\ntyped",
        "",
        "",
        "first",
      ]);
    }
  });

  it("follows a visitor who signs in", () => {
    const drafts = new Drafts(memoryStorage());
    drafts.write(draftKeyOf(null, null), "typed before");
    drafts.adopt(draftKeyOf(null, null), draftKeyOf(null, "u"));
    expect(drafts.read("new:u")).toBe("typed before");
    expect(drafts.read("new:visitor")).toBe("");
  });
});
