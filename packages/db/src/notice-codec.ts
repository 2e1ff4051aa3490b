import type { Notice } from "./types.ts";

/** A payload of NOTIFY holds 7,999 bytes; the header of a part takes some of them. */
const partBytes = 7_900;

/** `origin:number:part/parts:text`, so that no two payloads are equal (PostgreSQL would drop one) and parts find together. */
export function encodeNotice(origin: string, number: number, notice: Notice): string[] {
  const parts = splitByBytes(JSON.stringify(notice), partBytes);
  return parts.map((part, index) => `${origin}:${number}:${index + 1}/${parts.length}:${part}`);
}

const header = /^([^:{]+):(\d+):(\d+)\/(\d+):/;

/** Puts the payloads of other processes together. The parts of a notice arrive in order, for one transaction sends them. */
export class NoticeDecoder {
  private readonly ownOrigin: string;
  private readonly begun = new Map<string, { number: string; text: string; parts: number }>();

  constructor(ownOrigin: string) {
    this.ownOrigin = ownOrigin;
  }

  /** Null for our own notices, and until the last part has come. */
  decode(payload: string): Notice | null {
    const match = header.exec(payload);
    if (!match) return parse(payload); // a trigger's, which has no origin
    const [prefix, origin = "", number = "", part, parts] = match;
    if (origin === this.ownOrigin) return null;
    const text = payload.slice(prefix.length);
    if (parts === "1") return parse(text);
    const before = this.begun.get(origin);
    const continues = before?.number === number && before.parts === Number(part) - 1;
    if (part !== "1" && !continues) return null;
    const joined = part === "1" ? text : `${before?.text}${text}`;
    if (part === parts) {
      this.begun.delete(origin);
      return parse(joined);
    }
    this.begun.set(origin, { number, text: joined, parts: Number(part) });
    return null;
  }

  /** After a reconnect: the rest of what had begun will not come. */
  forget(): void {
    this.begun.clear();
  }
}

function parse(text: string): Notice {
  return JSON.parse(text) as Notice; // only processes of this package write to the channel
}

function splitByBytes(text: string, most: number): string[] {
  if (Buffer.byteLength(text) <= most) return [text];
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + most, bytes.length);
    while (end < bytes.length && isContinuation(bytes.readUInt8(end))) end--;
    parts.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return parts;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
