import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from "node:net";

/** The address is taken, or may not be used: said in a sentence. */
export class AddressError extends Error {
  override name = "AddressError";
}

interface Address {
  host: string;
  port: number;
}

/** Fails with an `AddressError` if the address cannot be had, before anything slow has begun. */
export async function probeAddress(address: Address): Promise<void> {
  const probe = createNetServer();
  await listen(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}

/** Listens; whoever listens to requests can be replaced. */
export async function openHttpServer(address: Address, listener: RequestListener) {
  let current = listener;
  const server: Server = createServer((req, res) => current(req, res));
  // Longer than the 60 s of the usual proxies, so that it is never we who close a connection that they are about to use.
  server.keepAliveTimeout = 65_000;
  await listen(server, address);
  return {
    server,
    port: (server.address() as AddressInfo).port, // a TCP address, for we listen on a port
    replaceListener(next: RequestListener) {
      current = next;
    },
    /** Takes no new connection, and lets those that are idle go. */
    stopAccepting(): void {
      server.close();
      server.closeIdleConnections();
    },
    /** Cuts what is still open. */
    closeAll(): void {
      server.closeAllConnections();
    },
  };
}

async function listen(server: NetServer | Server, { host, port }: Address): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw new AddressError(explainListening(error, { host, port }), { cause: error });
  }
}

function explainListening(error: unknown, { host, port }: Address): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`;
    case "EACCES":
      return `port ${port} may not be used by this user. Choose one above 1023: PORT=3000 npm start`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST ${host} is no address of this machine.`;
    default:
      return `it cannot listen on ${host}:${port} (${(error as Error).message}).`;
  }
}
