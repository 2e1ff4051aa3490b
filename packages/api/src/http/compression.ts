import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Below this a compressed answer saves no packet. */
const worthwhileBytes = 1_024;

export type Encoding = "br" | "gzip";

/** How a body is to be compressed for this client; null where it stays as it is. */
export function acceptedEncoding(body: { length: number }, acceptEncoding: string | undefined): Encoding | null {
  if (body.length < worthwhileBytes || !acceptEncoding) return null;
  return encodings.find((encoding) => accepts(acceptEncoding, encoding)) ?? null;
}

export function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  return encoding === "br" ? brotli(body, brotliOptions) : gzipped(body, { level: 5 });
}

const encodings = ["br", "gzip"] as const;

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
