import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import { messageContent, newMessage, title } from "./schemas.ts";

const call = { id: "1", name: "add_task", arguments: {}, result: null, status: "completed" };

describe("schemas", () => {
  it("R-MSG-4: refuse an empty or blank message, but not an assistant's that carries tool calls", () => {
    for (const content of ["", " \n\u00A0\uFEFF"]) {
      expect(messageContent.safeParse(content).success).toBe(false);
      expect(newMessage.safeParse({ role: "assistant", content }).success).toBe(false);
      expect(newMessage.safeParse({ role: "assistant", content, toolCalls: [] }).success).toBe(false);
      expect(newMessage.safeParse({ role: "user", content, toolCalls: [call] }).success).toBe(false);
      expect(newMessage.safeParse({ role: "assistant", content, toolCalls: [call] }).success).toBe(true);
    }
  });

  it("R-MSG-5: take 10,000 code points from a person and 200,000 from an assistant, and not one more", () => {
    const boats = "⛵️🚤".repeat(limits.messageLength); // more UTF-16 units than code points
    const points = [...boats];
    expect(messageContent.safeParse(points.slice(0, limits.messageLength).join("")).success).toBe(true);
    expect(messageContent.safeParse(points.slice(0, limits.messageLength + 1).join("")).success).toBe(false);
    expect(newMessage.safeParse({ role: "assistant", content: "a".repeat(limits.answerLength) }).success).toBe(true);
    expect(newMessage.safeParse({ role: "tool", content: "a".repeat(limits.answerLength + 1) }).success).toBe(false);
    expect(newMessage.safeParse({ role: "user", content: "a".repeat(limits.messageLength + 1) }).success).toBe(false);
  });

  it("R-MSG-2: refuse any other role and unknown fields", () => {
    expect(newMessage.safeParse({ role: "developer", content: "x" }).success).toBe(false);
    expect(newMessage.safeParse({ role: "user", content: "x", userId: "y" }).success).toBe(false);
  });

  it("R-MSG-8: leave a tool's arguments and result as JSON.parse made them", () => {
    const any = JSON.parse('{"__proto__":{"a":1},"constructor":[{"__proto__":null}],"":0.5}');
    const { data } = newMessage.safeParse({
      role: "assistant",
      content: "",
      toolCalls: [{ ...call, arguments: any, result: any }],
    });
    expect(JSON.stringify(data?.toolCalls?.[0]?.arguments)).toBe(JSON.stringify(any));
    expect(JSON.stringify(data?.toolCalls?.[0]?.result)).toBe(JSON.stringify(any));
  });

  it("R-API-3: say at which call's arguments or result JSON is missing or nested too deeply", () => {
    const { result: _, ...unfinished } = { ...call, arguments: JSON.parse("[".repeat(20_000) + "]".repeat(20_000)) };
    const { error } = newMessage.safeParse({ role: "assistant", content: "", toolCalls: [call, unfinished] });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["toolCalls.1.arguments", "toolCalls.1.result"]);
  });

  it("R-MSG-6: refuse U+0000 and lone surrogates with a clear word", () => {
    for (const content of ["a\u0000", "\uD800 a"]) {
      const result = messageContent.safeParse(content);
      expect(result.error?.issues[0]?.message).toMatch(/must not contain/);
    }
  });

  it("R-CONV-2: a title has 1–200 code points", () => {
    expect(title.safeParse("😀".repeat(200)).success).toBe(true);
    expect(title.safeParse("😀".repeat(201)).success).toBe(false);
    expect(title.safeParse("  ").success).toBe(false);
  });
});
