import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { chromiumPath, type Visitor } from "./visitor.ts";

/** Fetched when it is run: hundreds of packages for two rows are nobody else's. */
const lighthouse = "lighthouse@12.8.2";

export type FormFactor = "desktop" | "phone";

export interface Scores {
  /** Of 100, each. */
  performance: number;
  accessibility: number;
  bestPractices: number;
  /** Milliseconds, as Lighthouse reckons them for its network and processor. */
  largestPaintMs: number;
  blockingMs: number;
}

interface Report {
  categories: Record<"performance" | "accessibility" | "best-practices", { score: number }>;
  audits: Record<"largest-contentful-paint" | "total-blocking-time", { numericValue: number }>;
}

const run = promisify(execFile);

/** Lighthouse's own settings: a desktop; or a phone with a processor four times slower on a slow network, both simulated. */
export async function scoresOf(url: string, visitor: Visitor, formFactor: FormFactor): Promise<Scores> {
  const cookie = visitor.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const { stdout } = await run(
    "npx",
    [
      "--yes",
      lighthouse,
      url,
      "--quiet",
      "--output=json",
      "--only-categories=performance,accessibility,best-practices",
      "--chrome-flags=--headless=new --no-sandbox --disable-background-networking --disable-component-update",
      `--extra-headers=${JSON.stringify({ cookie })}`,
      ...(formFactor === "desktop" ? ["--preset=desktop"] : []),
    ],
    { env: { ...process.env, CHROME_PATH: chromiumPath() }, maxBuffer: 64 * 1_048_576, timeout: 180_000 },
  );
  const { categories, audits } = JSON.parse(stdout) as Report;
  return {
    performance: Math.round(categories.performance.score * 100),
    accessibility: Math.round(categories.accessibility.score * 100),
    bestPractices: Math.round(categories["best-practices"].score * 100),
    largestPaintMs: audits["largest-contentful-paint"].numericValue,
    blockingMs: audits["total-blocking-time"].numericValue,
  };
}
