import { browserStorage, keysUnder } from "./stored-keys";

const prefix = "holdfast:edit:";
const keptMs = 90 * 24 * 60 * 60_000;

/** What has become of a message that is being edited, and under which key it is kept: this tab's, or another's. */
export interface KeptEdit {
  key: string;
  messageId: string;
  text: string;
}

type Place = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** What is being edited and was not sent, for each conversation. Two tabs of one conversation write apart. */
export class KeptEdits {
  readonly #storage: Place | null;
  readonly #tabId: string;

  constructor(storage: Place | null, tabId: string) {
    this.#storage = storage;
    this.#tabId = tabId;
  }

  /** This tab's own; else the latest of another, which may be open there still. */
  find(conversationId: string): KeptEdit | null {
    const own = this.ownKey(conversationId);
    const there = this.#all().filter(({ key }) => key.startsWith(`${prefix}${conversationId}:`));
    return there.find(({ key }) => key === own) ?? there.sort((a, b) => b.at - a.at)[0] ?? null;
  }

  /** Returns the key under which it is kept from now on; what was taken over from another tab is left there no more. */
  write(conversationId: string, { key, messageId, text }: Omit<KeptEdit, "key"> & { key: string | null }): string {
    const own = this.ownKey(conversationId);
    try {
      this.#storage?.setItem(own, JSON.stringify({ messageId, text, at: Date.now() }));
      if (key !== own) this.remove(key);
    } catch {
      // A full or forbidden storage: the text is still in the field.
    }
    return own;
  }

  remove(key: string | null): void {
    try {
      if (key !== null) this.#storage?.removeItem(key);
    } catch {
      // It was never there.
    }
  }

  ownKey(conversationId: string): string {
    return `${prefix}${conversationId}:${this.#tabId}`;
  }

  /** Whatever has become of their conversations and messages, nobody comes back for these. */
  removeOld(): void {
    for (const { key, at } of this.#all()) if (at < Date.now() - keptMs) this.remove(key);
  }

  #all(): (KeptEdit & { at: number })[] {
    const storage = this.#storage;
    try {
      // Written by this class alone.
      return keysUnder(prefix, storage).map((key) => ({ key, ...JSON.parse(storage?.getItem(key) ?? "") }));
    } catch {
      return [];
    }
  }
}

const tabKey = "holdfast:tab";

export function openKeptEdits(): KeptEdits {
  if (typeof window === "undefined") return new KeptEdits(null, "");
  return new KeptEdits(browserStorage(), tabId());
}

/** The same after a refresh. */
function tabId(): string {
  const id = Math.random().toString(36).slice(2);
  try {
    const known = window.sessionStorage.getItem(tabKey);
    if (known === null) window.sessionStorage.setItem(tabKey, id);
    return known ?? id;
  } catch {
    return id;
  }
}
