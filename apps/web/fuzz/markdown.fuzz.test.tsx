import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it } from "vitest";
import { nothing, splitBlocks } from "@/ui/markdown/blocks";
import { lex } from "@/ui/markdown/lexer";
import { Markdown } from "@/ui/markdown/markdown";
import { fragments, hostileMarkdown, longMarkdown } from "./markdown-fragments";

/** Set it to what a failed run has printed, to see the same texts again. */
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

beforeAll(() => {
  console.info(`FUZZ_SEED=${seed}`);
});

function render(text: string, streaming: boolean): string {
  return renderToStaticMarkup(<Markdown text={text} streaming={streaming} />);
}

/** All that an answer is ever made of. What is not here would have to be thought about. */
const elements = new Set(
  "div p h2 h3 ul ol li input strong em del code pre br hr a small i span blockquote section table thead tbody tr th td button svg path rect".split(
    " ",
  ),
);
const attributes = new Set(
  "class dir data-depth start type checked disabled readonly aria-label aria-hidden href title target rel tabindex data-align viewbox width height fill stroke stroke-width stroke-linecap stroke-linejoin d x y rx ry xmlns aria-live role".split(
    " ",
  ),
);

/** What of the markup could run, load or lead astray; null where nothing could. */
function danger(markup: string): string | null {
  // As React writes it: names in small letters, values in double quotes, in which < and > are written out or harmless.
  for (const [tag, name = "", rest = ""] of markup.matchAll(
    /<\/?([a-z][a-z0-9-]*)((?:\s[^\s=>"]+(?:="[^"]*")?)*)\s*\/?>/gi,
  )) {
    if (!elements.has(name)) return `the element ${tag}`;
    for (const [, attribute = "", value = ""] of rest.matchAll(/\s([^\s=]+)(?:="([^"]*)")?/g)) {
      if (!attributes.has(attribute.toLowerCase())) return `the attribute ${attribute} in ${tag}`;
      if (attribute === "href" && !/^(https?:\/\/|mailto:)/.test(value)) return `the address ${value}`;
      if (attribute === "type" && !/^(checkbox|button)$/.test(value)) return `the control ${tag}`;
    }
    if (name === "a" && !tag.startsWith("</") && !tag.includes('rel="noopener noreferrer"')) return `the link ${tag}`;
  }
  // The parser of a browser takes the one out of the other, and the page is drawn anew.
  if (/<a\b(?:(?!<\/a>).)*<a\b/s.test(markup)) return "a link in a link";
  // What is left between the elements is text, in which no tag can begin.
  const text = markup.replace(/<\/?[a-z][a-z0-9-]*(?:\s[^\s=>"]+(?:="[^"]*")?)*\s*\/?>/gi, "");
  return text.includes("<") ? `a tag in the text: ${text.slice(text.indexOf("<"), text.indexOf("<") + 80)}` : null;
}

describe("R-SEC-8: whatever an answer says", () => {
  it("nothing of it runs, loads, or leads elsewhere than it says", () => {
    const property = fc.property(hostileMarkdown, fc.boolean(), (text, streaming) => {
      const found = danger(render(text, streaming));
      if (found) throw new Error(found);
    });
    fc.assert(property, { seed, numRuns });
  }, 60_000);

  it("each fragment beside each other is harmless, too", () => {
    const parts = fc.tuple(fc.constantFrom(...fragments), fc.constantFrom(...fragments), fc.constantFrom(...fragments));
    const property = fc.property(
      parts,
      (some) => danger(render(some.join(""), true) + render(some.join("x"), false)) === null,
    );
    fc.assert(property, { seed, numRuns: 3 * numRuns });
  }, 60_000);

  // What is finished is not read again: where it ends must be where it ends in the text.
  it("its finished blocks are the beginning of it, to the letter", () => {
    const property = fc.property(hostileMarkdown, (text) => {
      const source = text.replace(/\r\n?/g, "\n");
      const finished = lex(source).slice(0, -1);
      const beginning = finished.map((token) => token.raw).join("");
      expect(beginning).toBe(source.slice(0, beginning.length));
    });
    fc.assert(property, { seed, numRuns });
  }, 60_000);

  it("it can be shown as it grows, from wherever one joins, and ends as the whole", () => {
    const growing = fc.tuple(hostileMarkdown, fc.array(fc.nat(400), { maxLength: 12 }));
    const property = fc.property(growing, ([text, cuts]) => {
      let split = nothing;
      for (const end of cuts.sort((a, b) => a - b)) {
        split = splitBlocks(split, text.slice(0, end), true);
        render(text.slice(0, end), true);
      }
      expect(splitBlocks(split, text, false).blocks).toEqual(splitBlocks(nothing, text, false).blocks);
    });
    fc.assert(property, { seed, numRuns });
  }, 60_000);

  it("it is read in a time that does not explode, as long as a message may be", async () => {
    const reader = startReader();
    try {
      const property = fc.asyncProperty(longMarkdown, async (text) => {
        await reader.read(text);
      });
      for (const part of fragments) await reader.read(part.repeat(Math.ceil(10_000 / part.length)));
      await fc.assert(property, { seed, numRuns: numRuns / 16, endOnFailure: true });
    } finally {
      reader.stop();
    }
  }, 120_000);
});

/** No figure, only an end: what is quadratic takes a blink for such a length, what is worse takes for ever. */
const patienceMs = 15_000;

function startReader() {
  const program = fileURLToPath(new URL("./read-markdown.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout });
  return {
    async read(text: string): Promise<void> {
      const patience = AbortSignal.timeout(patienceMs);
      const answer = once(answers, "line", { signal: patience });
      child.stdin.write(`${JSON.stringify(text)}\n`);
      await answer.catch(() => {
        throw new Error(`It is still being read: ${JSON.stringify(text.slice(0, 60))}… (${text.length})`);
      });
    },
    stop: () => child.kill("SIGKILL"),
  };
}
