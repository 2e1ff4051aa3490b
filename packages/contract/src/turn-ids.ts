import { uuidOf } from "./uuid.ts";

/** f7b1c9d2-6c1e-5a3f-9a55-0d0e4a7f5c11 */
const turnNamespace = [0xf7, 0xb1, 0xc9, 0xd2, 0x6c, 0x1e, 0x5a, 0x3f, 0x9a, 0x55, 0x0d, 0x0e, 0x4a, 0x7f, 0x5c, 0x11];

/** The id of a turn's message: 0 is the person's, 1… are the answer's steps. Known as soon as the turn's own is, also in the browser. */
export function turnMessageId(turnId: string, index: number): string {
  return uuidFromName(`${turnId.toLowerCase()}/message/${index}`);
}

/** The id of the conversation that a first send makes, so that two of them at once make one. */
export function turnConversationId(userId: string, turnId: string): string {
  return uuidFromName(`${userId.toLowerCase()}/${turnId.toLowerCase()}/conversation`);
}

/** UUID version 5 (RFC 9562, 5.5) in a namespace of our own; of a name in ASCII. */
function uuidFromName(name: string): string {
  const bytes = Uint8Array.from([...turnNamespace, ...Array.from(name, (letter) => letter.charCodeAt(0))]);
  return uuidOf(sha1(bytes), 5);
}

/**
 * SHA-1 (RFC 3174) of a few bytes. Written out, for what the platforms have is Node's alone, or asynchronous and away on
 * plain http. It tells names apart here, and keeps no secret.
 */
function sha1(message: Uint8Array): Uint8Array {
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  // The message, a single bit, and the length in bits at the end of a block.
  const padded = new DataView(new ArrayBuffer((((message.length + 8) >> 6) + 1) * 64));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setUint32(padded.byteLength - 4, message.length * 8);
  for (let block = 0; block < padded.byteLength; block += 64) digest(state, padded, block);
  const hash = new DataView(new ArrayBuffer(20));
  for (const [index, word] of state.entries()) hash.setInt32(index * 4, word);
  return new Uint8Array(hash.buffer);
}

function digest(state: Int32Array, message: DataView, block: number): void {
  const words = new Int32Array(80);
  const word = (index: number) => words[index] ?? 0;
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let round = 0; round < 80; round++) {
    words[round] =
      round < 16
        ? message.getInt32(block + round * 4)
        : rotated(word(round - 3) ^ word(round - 8) ^ word(round - 14) ^ word(round - 16), 1);
    const next = (rotated(a, 5) + mixed(round, b, c, d) + e + word(round)) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  for (const [index, added] of [a, b, c, d, e].entries()) state[index] = (state[index] ?? 0) + added;
}

function mixed(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
