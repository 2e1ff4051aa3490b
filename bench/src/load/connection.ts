import { connect, type Socket } from "node:net";

export interface Answer {
  status: number;
  /** Empty unless the connection keeps bodies. */
  body: string;
  bytes: number;
}

/**
 * A keep-alive HTTP/1.1 connection with one request at a time. It does as little as it can: a client that
 * costs as much as the server would measure itself.
 */
export class Connection {
  private socket: Socket | null = null;
  private pending: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;
  private chunks: Buffer[] = [];
  private received = 0;
  private expected: Expected | null = null;
  private readonly port: number;
  private readonly keepBodies: boolean;

  constructor(port: number, { keepBodies = false } = {}) {
    this.port = port;
    this.keepBodies = keepBodies;
  }

  exchange(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.open().write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  private open(): Socket {
    if (this.socket && !this.socket.destroyed) return this.socket;
    const socket = connect(this.port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.onData(chunk));
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("The server closed the connection")));
    this.socket = socket;
    return socket;
  }

  private onData(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    this.expected ??= readHead(this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks));
    if (!this.expected || !this.isComplete(this.expected, chunk)) return;
    const { status, headLength } = this.expected;
    const body = this.keepBodies ? bodyOf(Buffer.concat(this.chunks).subarray(headLength), this.expected) : "";
    const pending = this.pending;
    const bytes = this.received;
    this.reset();
    pending?.resolve({ status, body, bytes });
  }

  private isComplete(expected: Expected, last: Buffer): boolean {
    if (expected.contentLength !== null) return this.received >= expected.headLength + expected.contentLength;
    // JSON escapes line breaks, so that these bytes end a body of ours and are nowhere within.
    const tail = last.length >= 5 ? last : Buffer.concat(this.chunks.slice(-6));
    return tail.subarray(-5).equals(lastChunk);
  }

  private fail(error: Error): void {
    const pending = this.pending;
    this.reset();
    this.socket = null;
    pending?.reject(error);
  }

  private reset(): void {
    this.pending = null;
    this.chunks = [];
    this.received = 0;
    this.expected = null;
  }
}

interface Expected {
  status: number;
  headLength: number;
  /** Null for a chunked body. */
  contentLength: number | null;
}

const lastChunk = Buffer.from("0\r\n\r\n");

function readHead(bytes: Buffer): Expected | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = bytes.toString("latin1", 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const length = /\ncontent-length: *(\d+)/.exec(head);
  const empty = status === 204 || status === 304;
  return { status, headLength: end + 4, contentLength: length ? Number(length[1]) : empty ? 0 : null };
}

function bodyOf(bytes: Buffer, { contentLength }: Expected): string {
  if (contentLength !== null) return bytes.toString();
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
