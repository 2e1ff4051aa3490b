import fc from "fast-check";
import type { Asker } from "./request-parts.ts";

/** What is no request, or not one alone: broken lines, lies about lengths, two in one, and ends that never come. */
export function requestsThatAreNone(asker: Asker, port: number): fc.Arbitrary<Buffer> {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const post = `POST /api/trpc/task.add HTTP/1.1\r\n${host}Authorization: Bearer ${asker.token}\r\nContent-Type: application/json\r\n`;
  const get = `GET /api/health/live HTTP/1.1\r\n${host}\r\n`;
  const said = fc.constantFrom(
    "",
    "\r\n\r\n",
    "GET",
    "GET /\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000",
    `GET /\u0000 HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}X: \u0000\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host} folded: x\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}no colon\r\n\r\n`,
    `GET / HTTP/1.1\n${host}\n`,
    `GET / HTTP/1.1\r\n${host}${host}\r\n`,
    "GET / HTTP/1.1\r\n\r\n",
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(100_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}${"X: y\r\n".repeat(3_000)}\r\n`,
    get + get + get,
    `${get}GARBAGE\r\n\r\n`,
    `${post}Content-Length: 5\r\n\r\n{}${get}`,
    `${post}Content-Length: 900\r\n\r\n{"title":`,
    `${post}Content-Length: -1\r\n\r\n{}`,
    `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
    `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${get}`,
    `${post}Transfer-Encoding: gzip\r\n\r\n{}`,
    `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    `${post}Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    `${post}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n\r\n`,
    `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`,
  );
  const whole = said.map((text) => Buffer.from(text, "latin1"));
  const cut = fc.tuple(whole, fc.nat(200)).map(([bytes, end]) => bytes.subarray(0, end));
  const changed = fc.tuple(whole, fc.nat(400), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes);
    if (at < copy.length) copy[at] = byte;
    return copy;
  });
  return fc.oneof({ weight: 2, arbitrary: whole }, cut, changed);
}
