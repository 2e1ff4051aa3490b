import { describe, expect, it, vi } from "vitest";
import { KeptEdits } from "./kept-edits";
import { memoryStorage } from "./testing/memory-storage";

describe("edits that were not sent", () => {
  const edit = { messageId: "m", text: "one" };

  it("R-WEB-4: are found again in their own conversation, and gone when they are over", () => {
    const storage = memoryStorage();
    const edits = new KeptEdits(storage, "tab");
    const key = edits.write("a", { ...edit, key: null });
    expect(new KeptEdits(storage, "tab").find("a")).toMatchObject({ ...edit, key });
    expect(edits.find("b")).toBeNull();
    edits.remove(key);
    expect(edits.find("a")).toBeNull();
  });

  it("R-WEB-4: of two tabs do not overwrite each other", () => {
    const storage = memoryStorage();
    const [one, other] = [new KeptEdits(storage, "one"), new KeptEdits(storage, "other")];
    one.write("a", { ...edit, key: null });
    other.write("a", { messageId: "m", text: "two", key: null });
    expect(one.find("a")?.text).toBe("one");
    expect(other.find("a")?.text).toBe("two");
  });

  it("R-WEB-4: of a tab that is gone are taken over, once, by who goes on with them", () => {
    const storage = memoryStorage();
    new KeptEdits(storage, "gone").write("a", { ...edit, key: null });
    const edits = new KeptEdits(storage, "tab");
    const left = edits.find("a");
    expect(left?.text).toBe("one");
    const key = edits.write("a", { messageId: "m", text: "one and more", key: left?.key ?? null });
    expect(edits.find("a")?.text).toBe("one and more");
    edits.remove(key);
    expect(edits.find("a")).toBeNull();
  });

  it("R-WEB-4: are not kept for ever, whatever has become of their messages", () => {
    vi.useFakeTimers({ now: new Date("2026-01-01") });
    const storage = memoryStorage();
    const edits = new KeptEdits(storage, "tab");
    edits.write("deleted", { ...edit, key: null });
    vi.setSystemTime(new Date("2026-03-31"));
    edits.write("a", { ...edit, key: null });
    edits.removeOld();
    expect(edits.find("deleted")).not.toBeNull();
    vi.setSystemTime(new Date("2026-04-02"));
    edits.removeOld();
    expect([edits.find("deleted"), edits.find("a")?.text]).toEqual([null, "one"]);
    vi.useRealTimers();
  });
});
