import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Below this a compressed answer saves no packet. */
const worthwhileBytes = 1_024;

/** Compresses a body as the client accepts it; null where it stays as it is. */
export async function compress(
  body: Buffer,
  acceptEncoding: string | undefined,
): Promise<{ body: Buffer; encoding: "br" | "gzip" } | null> {
  if (body.length < worthwhileBytes || !acceptEncoding) return null;
  if (accepts(acceptEncoding, "br")) return { body: await brotli(body, brotliOptions), encoding: "br" };
  if (accepts(acceptEncoding, "gzip")) return { body: await gzipped(body, { level: 5 }), encoding: "gzip" };
  return null;
}

function accepts(acceptEncoding: string, encoding: string): boolean {
  return acceptEncoding.split(",").some((part) => {
    const [name, ...parameters] = part.trim().toLowerCase().split(";");
    return name === encoding && !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
  });
}

const brotli = promisify(brotliCompress) as (body: Buffer, options: object) => Promise<Buffer>; // one of its overloads
const gzipped = promisify(gzip) as (body: Buffer, options: object) => Promise<Buffer>; // the same

// The default, 11, is for files that are compressed once.
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
