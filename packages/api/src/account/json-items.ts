/**
 * A piece of a large JSON object. `of` and `list` say where: the names of the lists that lead there, with dots between;
 * "" is the object itself.
 */
export type JsonPiece =
  | { type: "field"; of: string; name: string; value: unknown }
  /** One of the lists begins. */
  | { type: "list"; list: string }
  /** An item that is not taken apart itself. */
  | { type: "item"; list: string; value: unknown }
  /** An item that was taken apart is whole. */
  | { type: "end"; list: string };

export interface TakingApart {
  /** Lists of objects, each below the one that holds it: "books", "books.pages". All else is a field or an item. */
  lists: readonly string[];
  /** The most UTF-16 code units of a field or an item. */
  pieceLength: number;
}

/** A field or an item is longer than `pieceLength`. */
export class PieceTooLongError extends Error {
  override readonly name = "PieceTooLongError";
}

/**
 * Takes a JSON object apart as its bytes arrive, in the order of the file: what is parsed at once is a piece, so that a
 * file of any size and shape needs the memory of a few. Throws SyntaxError for what is not JSON, `PieceTooLongError`.
 */
export async function* jsonPieces(
  chunks: AsyncIterable<Uint8Array>,
  takingApart: TakingApart,
): AsyncGenerator<JsonPiece> {
  const splitter = createSplitter(takingApart);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) yield* splitter.push(decoder.decode(chunk, { stream: true }));
  yield* splitter.push(decoder.decode());
  splitter.end();
}

/** An object or a list that is being taken apart. */
interface Frame {
  type: "object" | "list";
  path: string;
  /** There was a comma, so something must follow. */
  needsPiece: boolean;
  /** What stands before the next comma has been taken apart. */
  filled: boolean;
}

/** Text is gathered from one separator of the innermost frame to the next, and JSON.parse judges what was gathered. */
function createSplitter({ lists, pieceLength }: TakingApart) {
  const frames: Frame[] = [];
  const gathered: string[] = [];
  let length = 0;
  /** Brackets that are open within the piece. */
  let depth = 0;
  let inString = false;
  let escaped = false;
  let state: "before" | "within" | "after" = "before";

  function gather(text: string): void {
    length += text.length;
    if (length > pieceLength) throw new PieceTooLongError("A piece is too long.");
    gathered.push(text);
  }

  function take(): string {
    const text = gathered.join("");
    gathered.length = 0;
    length = 0;
    return text;
  }

  function* endPiece(frame: Frame, last: boolean): Generator<JsonPiece> {
    const text = take();
    const isEmpty = text.trim() === "";
    if (frame.filled) {
      if (!isEmpty) throw new SyntaxError("a comma is missing");
    } else if (!isEmpty || frame.needsPiece || !last) {
      yield frame.type === "list"
        ? { type: "item", list: frame.path, value: JSON.parse(text) }
        : { type: "field", of: frame.path, ...parseField(text) };
    }
    frame.filled = false;
    frame.needsPiece = !last;
  }

  /** The path of what begins with this bracket, where that is to be taken apart. */
  function pathOf(bracket: string, { type, path }: Frame): string | null {
    if (type === "list") {
      const isTakenApart = bracket === "{" && lists.some((list) => list.startsWith(`${path}.`));
      return isTakenApart && gathered.every((text) => text.trim() === "") ? path : null;
    }
    if (bracket !== "[") return null;
    const text = gathered.join("").trimEnd();
    if (!text.endsWith(":")) return null;
    const { name } = parseField(`${text}0`);
    const list = path === "" ? name : `${path}.${name}`;
    return lists.includes(list) ? list : null;
  }

  function* open(bracket: string, frame: Frame): Generator<JsonPiece, boolean> {
    if (frame.filled) throw new SyntaxError("a comma is missing");
    const path = pathOf(bracket, frame);
    if (path === null) {
      depth++;
      return true;
    }
    take();
    frames.push({ type: bracket === "{" ? "object" : "list", path, needsPiece: false, filled: false });
    if (bracket === "[") yield { type: "list", list: path };
    return false;
  }

  function* close(bracket: string, frame: Frame): Generator<JsonPiece> {
    if ((frame.type === "object") !== (bracket === "}")) throw new SyntaxError("closed by another bracket");
    yield* endPiece(frame, true);
    frames.pop();
    const outer = frames.at(-1);
    if (!outer) state = "after";
    else outer.filled = true;
    if (frame.type === "object" && frame.path !== "") yield { type: "end", list: frame.path };
  }

  /** At a bracket or comma outside of strings. Returns whether it belongs to the piece. */
  function* structural(character: string): Generator<JsonPiece, boolean> {
    const frame = frames.at(-1);
    if (!frame) {
      if (state !== "before" || character !== "{") throw new SyntaxError("not an object");
      state = "within";
      frames.push({ type: "object", path: "", needsPiece: false, filled: false });
      return false;
    }
    switch (character) {
      case "{":
      case "[":
        return yield* open(character, frame);
      case ",":
        yield* endPiece(frame, false);
        return false;
      default:
        yield* close(character, frame);
        return false;
    }
  }

  /** Whether a character may stand between pieces; keeps count of the brackets within one. */
  function isBetween(character: string): boolean {
    switch (character) {
      case "{":
      case "[":
        if (depth === 0) return true;
        depth++;
        return false;
      case "}":
      case "]":
        if (depth === 0) return true;
        depth--;
        return false;
      default:
        return character === "," && depth === 0;
    }
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
          gather(text.slice(from, at));
          const keep = yield* structural(character);
          from = keep ? at : at + 1;
        }
      }
      gather(text.slice(from));
      if (state !== "within") take();
    },

    end() {
      if (state !== "after") throw new SyntaxError("ends too early");
    },
  };
}

function parseField(text: string): { name: string; value: unknown } {
  const [entry] = Object.entries(JSON.parse(`{${text}}`) as Record<string, unknown>);
  if (!entry) throw new SyntaxError("a comma too many");
  return { name: entry[0], value: entry[1] };
}
