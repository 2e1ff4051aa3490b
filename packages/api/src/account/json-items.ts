/** A piece of a large JSON object: a plain field of it, or one item of one of its lists. */
export type JsonPiece = { field: string; value: unknown } | { list: string; item: unknown };

/**
 * Takes a JSON object apart as its bytes arrive: each item of its lists is parsed by itself, so that a file of any size
 * needs the memory of its largest item. Throws SyntaxError for what is not JSON.
 */
export async function* jsonPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonPiece> {
  const splitter = createSplitter();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) yield* splitter.push(decoder.decode(chunk, { stream: true }));
  yield* splitter.push(decoder.decode());
  splitter.end();
}

/**
 * Depth 0 is outside of the object, 1 within it, 2 within a list of it. Text is gathered from one separator to the next
 * at depth 1 or 2, and JSON.parse judges what was gathered.
 */
function createSplitter() {
  const gathered: string[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;
  let list: string | null = null;
  let state: "before" | "within" | "after" = "before";
  let needsItem = false;

  function take(): string {
    const text = gathered.join("");
    gathered.length = 0;
    return text;
  }

  function* endItem(last: boolean): Generator<JsonPiece> {
    const text = take();
    if (list !== null) {
      if (text.trim() === "" && last && !needsItem) return;
      yield { list, item: JSON.parse(text) };
    } else if (text.trim() !== "" || needsItem || !last) {
      const [entry] = Object.entries(JSON.parse(`{${text}}`) as Record<string, unknown>);
      if (!entry) throw new SyntaxError("a comma too many");
      yield { field: entry[0], value: entry[1] };
    }
    needsItem = !last;
  }

  /** The name of the list that begins here; null for any other bracket. */
  function listName(): string | null {
    const [, name] = /^\s*("(?:[^"\\]|\\.)*")\s*:\s*$/.exec(gathered.join("")) ?? [];
    return name === undefined ? null : (JSON.parse(name) as string); // a string literal, by the pattern
  }

  /** Whether a character may stand between pieces; keeps count of the depth where it stands within one. */
  function isBetween(character: string): boolean {
    const itemDepth = list === null ? 1 : 2;
    switch (character) {
      case ",":
        return depth === itemDepth;
      case "{":
      case "[":
        if (depth < 2) return true;
        depth++;
        return false;
      case "}":
      case "]":
        if (depth <= 2) return true;
        depth--;
        return false;
      default:
        return false;
    }
  }

  function* structural(character: string): Generator<JsonPiece, boolean> {
    switch (character) {
      case "{":
      case "[": {
        if (depth === 0) {
          if (state !== "before" || character !== "{") throw new SyntaxError("not an object");
          state = "within";
        }
        const begun = depth === 1 && character === "[" ? listName() : null;
        depth++;
        if (begun === null) return depth > 1;
        list = begun;
        needsItem = false;
        gathered.length = 0;
        return false;
      }
      case "}":
      case "]":
        depth--;
        if (depth === 1 && list !== null) {
          if (character !== "]") throw new SyntaxError("a list is not closed");
          yield* endItem(true);
          list = null;
          // What a comma or the end finds now is nothing, and right so.
          gathered.push('"":0');
          return false;
        }
        if (depth > 0) return true;
        if (depth < 0 || character !== "}") throw new SyntaxError("closed too often");
        yield* endItem(true);
        state = "after";
        return false;
      case ",":
        yield* endItem(false);
        return false;
    }
    return true;
  }

  return {
    *push(text: string): Generator<JsonPiece> {
      let from = 0;
      for (let at = 0; at < text.length; at++) {
        const character = text[at] as string; // within its length
        if (inString) {
          if (escaped) escaped = false;
          else if (character === "\\") escaped = true;
          else if (character === '"') inString = false;
          continue;
        }
        if (state !== "within" && character !== "{" && !/\s/.test(character)) {
          throw new SyntaxError("text outside of the object");
        }
        if (character === '"') inString = true;
        else if (isBetween(character)) {
          gathered.push(text.slice(from, at));
          const keep = yield* structural(character);
          from = keep ? at : at + 1;
        }
      }
      gathered.push(text.slice(from));
      if (state !== "within") take();
    },

    end() {
      if (state !== "after") throw new SyntaxError("ends too early");
    },
  };
}
