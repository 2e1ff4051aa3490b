import { createHash } from "node:crypto";

const turnNamespace = "f7b1c9d2-6c1e-5a3f-9a55-0d0e4a7f5c11";

/** The id of a turn's message: 0 is the person's, 1… are the answer's steps. Known as soon as the turn is. */
export function turnMessageId(turnId: string, index: number): string {
  return uuidFromName(`${turnId.toLowerCase()}/message/${index}`);
}

/** The id of the conversation that a first send makes, so that two of them at once make one. */
export function turnConversationId(userId: string, turnId: string): string {
  return uuidFromName(`${userId.toLowerCase()}/${turnId.toLowerCase()}/conversation`);
}

/** UUID version 5 (RFC 9562, 5.5) in a namespace of our own. */
function uuidFromName(name: string): string {
  const hash = createHash("sha1").update(turnNamespace.replaceAll("-", ""), "hex").update(name, "utf8").digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
