import { fdatasync, openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** What a commit waits for: writes 8 KiB and has the disk keep it, thirty times a second; answers with the milliseconds of each. */

const page = Buffer.alloc(8192);
const pages = 256;
const file = openSync(path.join(process.env["FOLDER"] ?? "", "probe"), "w");
const samples: number[] = [];

function write(n: number): void {
  writeSync(file, page, 0, page.length, (n % pages) * page.length);
  const begunAt = performance.now();
  fdatasync(file, () => {
    samples.push(performance.now() - begunAt);
    setTimeout(write, 30, n + 1);
  });
}
write(0);

const server = createServer((_req, res) => res.end(JSON.stringify(samples.splice(0))));
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
