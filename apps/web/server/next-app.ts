import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import createNext from "next";
import { createStaticAssets } from "./static-assets.ts";

export interface NextApp {
  render(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** True if it was a file of the build. */
  staticAssets(req: IncomingMessage, res: ServerResponse): boolean;
  close(): Promise<void>;
}

/** Loads the web app in `dir`: its build, or in development its sources, compiled as they are asked for. */
export async function openNextApp(options: {
  dir: string;
  dev: boolean;
  host: string;
  port: number;
  httpServer: Server;
}): Promise<NextApp> {
  const { dir, dev, host: hostname, port } = options;
  // Next listens for upgrades, which only its development needs; and where somebody does, Node leaves every request that offers one to them.
  const httpServer = dev ? options.httpServer : createServer();
  process.env.NEXT_TELEMETRY_DISABLED ??= "1";
  // Types say that the module has a `default`; what Node imports of this CommonJS module is that default itself.
  const create = createNext as unknown as typeof createNext.default;
  const app = create({ dir, dev, hostname, port, httpServer, quiet: true });
  await app.prepare();
  return {
    render: app.getRequestHandler(),
    staticAssets: dev ? () => false : await createStaticAssets(path.join(dir, ".next")),
    close: () => app.close(),
  };
}
