import { connect } from "node:net";

/** A request as no client would write it: nothing is checked, completed or encoded. */
export interface RawRequest {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer | null;
}

export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const patienceMs = 10_000;

/** The answer to a request; of an event stream, what it begins with. Null where there was none. */
export async function exchange(port: number, request: RawRequest): Promise<RawAnswer | null> {
  const [answer] = await converse(port, encode(request), { isHead: request.method === "HEAD", most: 1 });
  return answer ?? null;
}

/** Writes the bytes, and reads answers until there are as many as wanted, the other side has enough, or we have. */
export function converse(
  port: number,
  bytes: Buffer,
  { isHead = false, most = Number.POSITIVE_INFINITY, forMs = patienceMs } = {},
): Promise<RawAnswer[]> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const answers: RawAnswer[] = [];
    let unread: Buffer = Buffer.alloc(0);
    const done = () => {
      clearTimeout(patience);
      socket.destroy();
      resolve(answers);
    };
    const patience = setTimeout(done, forMs);
    function readAnswers(isClosed: boolean): void {
      for (;;) {
        const read = readAnswer(unread, isHead, isClosed);
        if (!read) return;
        unread = unread.subarray(read.length);
        if (read.answer.status >= 200) answers.push(read.answer);
        if (answers.length >= most) {
          done();
          return;
        }
      }
    }
    socket.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      readAnswers(false);
    });
    socket.on("error", () => {}); // it is closed as well
    socket.on("close", () => {
      readAnswers(true);
      done();
    });
  });
}

export function encode({ method, target, headers, body }: RawRequest): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, "latin1");
  return body ? Buffer.concat([head, body]) : head;
}

/** Null for what is not complete yet; of an event stream the head is enough. */
function readAnswer(bytes: Buffer, isHead: boolean, isClosed: boolean): { answer: RawAnswer; length: number } | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const headers = new Map(
    lines.map((line) => [line.split(":", 1)[0]?.toLowerCase() ?? "", line.replace(/^[^:]*: ?/, "")]),
  );
  const start = end + 4;
  const answer = (body: string, length: number) => ({ answer: { status, headers, body }, length });
  if (isHead || status < 200 || status === 204 || status === 304) return answer("", start);
  if (headers.get("content-type")?.startsWith("text/event-stream")) return answer("", bytes.length);
  const length = headers.get("content-length");
  if (length !== undefined) {
    const until = start + Number(length);
    return bytes.length >= until ? answer(bytes.toString("utf8", start, until), until) : null;
  }
  if (headers.get("transfer-encoding") === "chunked") {
    const last = bytes.indexOf("0\r\n\r\n", start);
    return last < 0 ? null : answer(unchunked(bytes.subarray(start, last)), last + 5);
  }
  return isClosed ? answer(bytes.toString("utf8", start), bytes.length) : null;
}

function unchunked(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts).toString("utf8");
}
