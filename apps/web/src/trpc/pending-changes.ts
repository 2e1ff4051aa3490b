import type { ConversationSummary } from "@holdfast/contract";

/** What is changed field by field, and shows before the server has answered. */
export type ChangedField = "title" | "pinnedAt" | "model";

interface Line {
  id: string;
  /** What the latest change makes of the field. */
  wanted: Partial<ConversationSummary>;
  /** What the server is known to have: what shows again if it refuses. */
  accepted: Partial<ConversationSummary>;
  /** Fulfilled once the latest change has been answered, whatever the answer. */
  last: Promise<void>;
}

/** What has been asked for here and not been answered yet. Whatever is read meanwhile may be of before it. */
export class PendingChanges {
  readonly #deletions = new Set<string>();
  readonly #lines = new Map<string, Line>();

  /** The conversation as it will be; null for one that is being deleted. */
  applyTo(conversation: ConversationSummary): ConversationSummary | null {
    if (this.#deletions.has(conversation.id)) return null;
    const due = [...this.#lines.values()].filter(({ id }) => id === conversation.id).map(({ wanted }) => wanted);
    return due.length === 0 ? conversation : Object.assign({ ...conversation }, ...due);
  }

  /** The ids of the conversations that something is asked for, each once. */
  get ids(): Set<string> {
    return new Set([...this.#deletions, ...[...this.#lines.values()].map(({ id }) => id)]);
  }

  isBeingDeleted(id: string): boolean {
    return this.#deletions.has(id);
  }

  /** What is returned is to be called when the server has answered. */
  beginDeletion(id: string): () => void {
    this.#deletions.add(id);
    return () => this.#deletions.delete(id);
  }

  /**
   * Changes one field: here at once, at the server after the changes of it that were asked for before, so that the
   * last one is what holds. Where the last one is refused, what was accepted before it shows again.
   * Rejects as `save` does.
   */
  async change<Field extends ChangedField>(
    before: ConversationSummary,
    field: Field,
    value: ConversationSummary[Field],
    save: () => Promise<ConversationSummary>,
    show: (change: Partial<ConversationSummary>) => void,
  ): Promise<void> {
    const wanted = { [field]: value };
    const key = `${before.id} ${field}`;
    const line = this.#lines.get(key) ?? {
      ...{ id: before.id, wanted, accepted: { [field]: before[field] }, last: Promise.resolve() },
    };
    line.wanted = wanted;
    this.#lines.set(key, line);
    show(wanted);
    const saved = line.last.then(async () => {
      line.accepted = { [field]: (await save())[field] };
    });
    const mine = saved.catch(() => {});
    line.last = mine;
    try {
      await saved;
    } finally {
      if (line.last === mine) {
        this.#lines.delete(key);
        show(line.accepted);
      }
    }
  }
}
