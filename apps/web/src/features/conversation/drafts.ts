import type { Person } from "@holdfast/contract";

const prefix = "holdfast:draft:";

/** Where a draft is kept: with its conversation, or for the next one with whoever is about to begin it. */
export type DraftKey = string;

export function draftKeyOf(conversationId: string | null, ownerId: string | null): DraftKey {
  return conversationId ?? `new:${ownerId ?? "visitor"}`;
}

/** Guests come and go with a cookie: what they typed is the browser's until somebody has signed in. */
export function draftOwnerOf(person: Person | null): string | null {
  return person && !person.isGuest ? person.id : null;
}

/** "restored" goes into the composer whatever is there: it holds that already. */
export type DraftSource = "restored" | "other tab";
type Listener = (text: string, source: DraftSource) => void;

/** What was typed and not sent, for each conversation. Lives as long as the browser keeps it. */
export class Drafts {
  readonly #storage: Storage | null;
  readonly #listeners = new Map<DraftKey, Set<Listener>>();
  /** What a full or forbidden storage does not take: it lives as long as the page. */
  readonly #unstored = new Map<DraftKey, string>();
  /** What was last written from here: all tabs of a browser share its drafts. */
  readonly #own = new Map<DraftKey, string>();

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  read(key: DraftKey): string {
    try {
      return this.#unstored.get(key) ?? this.#storage?.getItem(prefix + key) ?? "";
    } catch {
      return "";
    }
  }

  write(key: DraftKey, text: string): void {
    this.#own.set(key, text);
    try {
      if (text === "") this.#storage?.removeItem(prefix + key);
      else this.#storage?.setItem(prefix + key, text);
      if (this.#storage) this.#unstored.delete(key);
      else this.#unstored.set(key, text);
    } catch {
      this.#unstored.set(key, text);
    }
  }

  /** Gives back what could not be sent, before whatever has been typed since. */
  restore(key: DraftKey, text: string): void {
    const typed = this.read(key);
    // Given back twice it stands there as a paragraph of its own; that what was typed begins alike says nothing.
    const isThere = typed === text || typed.startsWith(text + gap);
    const restored = isThere ? typed : joined(text, typed);
    this.write(key, restored);
    this.#tell(key, restored, "restored");
  }

  /** What a visitor typed is theirs also after they have signed in: after whatever they had left there before. */
  adopt(from: DraftKey, to: DraftKey): void {
    const text = this.read(from);
    if (text === "" || from === to) return;
    this.write(to, unlessBegun(this.read(to), text));
    this.write(from, "");
  }

  /** Whether something was written there, and from here. */
  isOwn(key: DraftKey): boolean {
    const text = this.read(key);
    return text !== "" && text === this.#own.get(key);
  }

  /** As `adopt`, but only what was typed here: another tab's draft for its next conversation stays there. */
  adoptOwn(from: DraftKey, to: DraftKey): void {
    if (this.isOwn(from)) this.adopt(from, to);
  }

  /** Typed before the page could look for a draft: it comes after what is kept. */
  append(key: DraftKey, text: string): void {
    this.write(key, unlessBegun(this.read(key), text));
  }

  /** Told of what comes from elsewhere: another tab, or a send that was refused. */
  subscribe(key: DraftKey, listener: Listener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** For the window's `storage` events. */
  onStorage(event: Pick<StorageEvent, "key" | "newValue">): void {
    if (event.key?.startsWith(prefix)) this.#tell(event.key.slice(prefix.length), event.newValue ?? "", "other tab");
  }

  #tell(key: DraftKey, text: string, source: DraftSource): void {
    for (const listener of this.#listeners.get(key) ?? []) listener(text, source);
  }
}

const gap = "\n\n";

function joined(before: string, after: string): string {
  if (before.trim() === "") return after.trim() === "" ? before : after;
  return after.trim() === "" ? before : before + gap + after;
}

/** The browser may have put the draft into the field itself, and the person typed on. */
function unlessBegun(before: string, after: string): string {
  return after.startsWith(before) && after.trim() !== "" ? after : joined(before, after);
}
