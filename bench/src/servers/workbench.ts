import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { Bench, Options } from "../bench.ts";
import type { Size } from "../data/shape.ts";
import { type Child, startScript } from "./child.ts";
import { type Product, type ProductOptions, startProduct } from "./product.ts";

const floors = path.resolve(import.meta.dirname, "../floors");

/** Everything that the rows share. Servers start when first asked for; `close` stops them all. */
export function openWorkbench(input: {
  options: Options;
  size: Size;
  ownerUrl: string;
  folder: string;
}): Bench & { close(): Promise<void> } {
  const { options, size, ownerUrl, folder } = input;
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 4 });
  const closers: (() => Promise<void>)[] = [];

  function once<T extends { stop(): Promise<void> }>(start: () => Promise<T>): () => Promise<T> {
    let started: Promise<T> | null = null;
    return () => {
      started ??= start().then((one) => {
        closers.push(() => one.stop());
        return one;
      });
      return started;
    };
  }

  const tokenSource = once<Child>(() => startScript(path.join(floors, "token-source.ts"), {}));
  const rawServer = once<Child>(() =>
    startScript(path.join(floors, "raw-server.ts"), { DATABASE_URL: ownerUrl, POOL_SIZE: "10" }),
  );
  const diskProbe = once<Child>(() => startScript(path.join(floors, "disk.ts"), { FOLDER: scratch("disk") }));
  const start = async (changes: Partial<ProductOptions> = {}): Promise<Product> => {
    const source = await tokenSource();
    return startProduct({ databaseUrl: ownerUrl, dataDir: scratch("server"), modelPort: source.port, ...changes });
  };

  function scratch(name: string): string {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true, mode: 0o755 });
    return made;
  }

  return {
    options,
    size,
    ownerUrl,
    owner,
    scratch,
    product: once(() => start()),
    startProduct: start,
    rawServer,
    tokenSource,
    diskProbe,
    log: (line) => void process.stdout.write(`${line}\n`),
    close: async () => {
      for (const close of closers.reverse()) await close();
      await owner.end();
    },
  };
}

/** A folder in which another system user may work too: as root, the database runs as one. */
export function makeTemporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-bench-"));
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
