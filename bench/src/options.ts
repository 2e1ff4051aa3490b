import { parseArgs } from "node:util";
import type { Options } from "./bench.ts";

const usage = `pnpm bench [--quick | --large] [--only <rows>]… [--load-minutes <n>]

  --quick          fewer data and rounds, under three minutes
  --large          5,000,000 messages; writes results-large.md, of the rows that were asked for
  --only <rows>    store, reads, search, growth, tokens, process, browser, load; prints, and leaves results.md as it is
  --load-minutes   how long the load test goes on (3)
`;

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      quick: { type: "boolean", default: false },
      large: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      "load-minutes": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const loadMinutes = Number(values["load-minutes"] ?? (values.quick ? 0.25 : 3));
  return { quick: values.quick, large: values.large, only: values.only.flatMap((one) => one.split(",")), loadMinutes };
}
