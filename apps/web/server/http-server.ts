import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, STATUS_CODES } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { type BodyTimes, bodyTimes, slowBodyWatch } from "./slow-bodies.ts";

export interface Address {
  host: string;
  port: number;
}

/** The address is taken, or may not be used: said in a sentence. */
export class AddressError extends Error {
  override name = "AddressError";
}

/** Fails with an `AddressError` if the address cannot be had, before anything slow has begun. */
export async function probeAddress(address: Address): Promise<void> {
  const probe = createNetServer();
  await listen(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}

/** A server whose listener can be replaced while it listens. */
export class HttpServer {
  readonly server: Server;
  #listener: RequestListener;

  constructor(listener: RequestListener, times: BodyTimes = bodyTimes) {
    this.#listener = listener;
    const bodies = slowBodyWatch(times, refuseSlowBody);
    const answer: RequestListener = (req, res) => {
      bodies.watch(req);
      this.#listener(req, res);
    };
    // A request without a Host is refused by the listener, in our words.
    this.server = createServer({ requireHostHeader: false, requestTimeout: 0, headersTimeout: 60_000 }, answer);
    this.server.on("close", () => bodies.close());
    // Longer than the 60 s of the usual proxies, so that it is never we who close a connection that they are about to use.
    this.server.keepAliveTimeout = 65_000;
    // Which expectation it is does not matter: Node would refuse those it does not know in words of its own.
    this.server.on("checkExpectation", answer);
    this.server.on("clientError", refuseUnreadable);
  }

  answerWith(listener: RequestListener): void {
    this.#listener = listener;
  }

  /** Does nothing if it listens already. Resolves with the port. */
  async listen(address: Address): Promise<number> {
    if (!this.server.listening) await listen(this.server, address);
    return (this.server.address() as AddressInfo).port; // an address of TCP, for we listen on a port
  }

  /** Takes no new connection, and lets those that are idle go. */
  stopAccepting(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  /** Cuts what is still open. */
  cutConnections(): void {
    this.server.closeAllConnections();
  }
}

/** The connection ends with it: what else comes on it would be the rest of the body. */
function refuseSlowBody({ socket }: IncomingMessage): void {
  refuseUnreadable(Object.assign(new Error("A body came too slowly."), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket);
  socket.destroySoon();
}

/** What is no HTTP has no request to answer: it gets the one shape of errors all the same, and its connection ends. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that has begun cannot be followed by another one. (That is how Node tells, too.)
  const { _httpMessage: begun } = socket as Duplex & { _httpMessage?: { headersSent: boolean } };
  if (!socket.writable || begun?.headersSent) return void socket.destroy();
  const status = unreadableStatuses[error.code ?? ""] ?? 400;
  const requestId = randomUUID();
  const message = status === 408 ? "The request came too slowly." : "This is not a request that can be read.";
  const body = JSON.stringify({ error: { code: "BAD_REQUEST", message, requestId, issues: [] } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

const unreadableStatuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Throws an `AddressError` that names the variable that the port comes from. */
export async function listen(server: NetServer | Server, { host, port }: Address, variable = "PORT"): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw new AddressError(explainListening(error as NodeJS.ErrnoException, { host, port }, variable), {
      cause: error,
    }); // what net emits
  }
}

function explainListening(error: NodeJS.ErrnoException, { host, port }: Address, variable: string): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} is in use. Stop what uses it, or choose another, as in ${variable}=${port + 1} npm start.`;
    case "EACCES":
      return `port ${port} may not be used by this user. Choose one above 1023, as in ${variable}=${port + 10_000} npm start.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST ${host} is no address of this machine.`;
    default:
      return `it cannot listen on ${host}, port ${port} (${error.message}).`;
  }
}
