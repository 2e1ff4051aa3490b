import type pg from "pg";
import type { Size } from "./data/shape.ts";
import type { Section } from "./report/results.ts";
import type { Child } from "./servers/child.ts";
import type { Product, ProductOptions } from "./servers/product.ts";

export interface Options {
  quick: boolean;
  large: boolean;
  /** Names of groups of rows; empty: all of them. */
  only: string[];
  loadMinutes: number;
}

/** What a group of rows works with. Everything is started on first use and stopped at the end. */
export interface Bench {
  options: Options;
  size: Size;
  ownerUrl: string;
  /** A few connections of the owner's, for looking and for preparing. */
  owner: pg.Pool;
  /** An empty folder that goes when the run ends. */
  scratch(name: string): string;
  /** The server that most rows share. */
  product(): Promise<Product>;
  /** One more, for rows that need their own. Stop it when done. */
  startProduct(options?: Partial<ProductOptions>): Promise<Product>;
  rawServer(): Promise<Child>;
  tokenSource(): Promise<Child>;
  /** Tells how long the disk takes. */
  diskProbe(): Promise<Child>;
  log(line: string): void;
}

export interface Group {
  name: string;
  title: string;
  run(bench: Bench): Promise<Omit<Section, "title">>;
}

/** How long and how often, by the mode. */
export function pace(bench: Bench): { rounds: number; durationMs: number } {
  return bench.options.quick ? { rounds: 2, durationMs: 1_000 } : { rounds: 5, durationMs: 2_000 };
}
