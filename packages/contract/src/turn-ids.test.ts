import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { turnConversationId, turnMessageId } from "./turn-ids.ts";

/** By Node's own SHA-1. */
function uuid5(name: string): string {
  const namespace = Buffer.from("f7b1c9d26c1e5a3f9a550d0e4a7f5c11", "hex");
  const hash = createHash("sha1").update(namespace).update(name, "utf8").digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

describe("ids derived from a turn's", () => {
  it("R-TURN-6: are UUIDs of version 5, the same here and in the browser, whatever the name's length", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 1_000 }), (turnId, index) => {
        expect(turnMessageId(turnId, index)).toBe(uuid5(`${turnId}/message/${index}`));
      }),
    );
    // Around the ends of SHA-1's blocks.
    for (let length = 0; length < 140; length++) {
      const name = "x".repeat(length);
      expect(turnConversationId(name, "")).toBe(uuid5(`${name}//conversation`));
    }
  });

  it("R-TURN-6: do not depend on its case, and differ by message and by person", () => {
    const turnId = "0B7E1C9A-1111-4222-8333-444455556666";
    const id = turnMessageId(turnId, 1);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(turnMessageId(turnId.toLowerCase(), 1)).toBe(id);
    expect(turnMessageId(turnId, 2)).not.toBe(id);
    expect(turnConversationId("a", turnId)).not.toBe(turnConversationId("b", turnId));
  });
});
