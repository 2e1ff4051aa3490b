import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const contentTypes: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

type Encoding = "br" | "gzip" | "identity";

/**
 * Serves the files of the build, whose names carry a hash of their content: each is compressed once, at its first request,
 * better than a server that compresses every answer anew could afford.
 */
export async function createStaticAssets(
  buildDir: string,
): Promise<(req: IncomingMessage, res: ServerResponse) => boolean> {
  const folder = path.join(buildDir, "static");
  const known = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !(path.extname(entry.name) in contentTypes)) continue;
    const file = path.join(entry.parentPath, entry.name);
    known.set(`/_next/static/${path.relative(folder, file).split(path.sep).join("/")}`, file);
  }
  const bodies = new Map<string, Promise<Buffer>>();

  return (req, res) => {
    const pathname = decodePath(req.url ?? "/");
    const file = known.get(pathname);
    if (!file || (req.method !== "GET" && req.method !== "HEAD")) return false;
    const encoding = preferredEncoding(req.headers["accept-encoding"]);
    const key = `${encoding} ${file}`;
    const body = bodies.get(key) ?? readCompressed(file, encoding);
    bodies.set(key, body);
    body.then(
      (bytes) => send(req, res, file, encoding, bytes),
      () => {
        bodies.delete(key);
        res.writeHead(404).end();
      },
    );
    return true;
  };
}

function decodePath(url: string): string {
  const [pathname = "/"] = url.split("?", 1);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function preferredEncoding(accepted: string | string[] | undefined): Encoding {
  const names = String(accepted ?? "")
    .split(",")
    .filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item));
  const accepts = (name: string) => names.some((item) => item.split(";")[0]?.trim() === name);
  return accepts("br") ? "br" : accepts("gzip") ? "gzip" : "identity";
}

async function readCompressed(file: string, encoding: Encoding): Promise<Buffer> {
  const bytes = await readFile(file);
  if (encoding === "identity") return bytes;
  if (encoding === "gzip") return promisify(gzip)(bytes, { level: 9 });
  return promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

function send(req: IncomingMessage, res: ServerResponse, file: string, encoding: Encoding, bytes: Buffer): void {
  res.setHeader("Content-Type", contentTypes[path.extname(file)] ?? "application/octet-stream");
  res.setHeader("Content-Length", bytes.length);
  res.setHeader("Cache-Control", "public, max-age=31536000, immutable");
  res.setHeader("Vary", "Accept-Encoding");
  if (encoding !== "identity") res.setHeader("Content-Encoding", encoding);
  res.writeHead(200);
  res.end(req.method === "HEAD" ? undefined : bytes);
}
