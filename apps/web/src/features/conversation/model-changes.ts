interface ModelChangesOptions {
  save(conversationId: string, model: string): Promise<unknown>;
  show(conversationId: string, model: string | null): void;
  shown(conversationId: string): string | null | undefined;
  onRefused(): void;
}

interface Line {
  /** What the server last accepted. */
  accepted: string | null;
  last: Promise<void>;
}

/** Changes of conversations' models, shown at once. They reach the server in their order: the last one is what holds. */
export class ModelChanges {
  readonly #lines = new Map<string, Line>();

  async change(conversationId: string, model: string, options: ModelChangesOptions): Promise<void> {
    const before = options.shown(conversationId) ?? null;
    const line = this.#lines.get(conversationId) ?? { accepted: before, last: Promise.resolve() };
    this.#lines.set(conversationId, line);
    options.show(conversationId, model);
    const mine = line.last.then(() => this.#save(line, conversationId, model, options));
    line.last = mine;
    await mine;
    if (line.last === mine) this.#lines.delete(conversationId);
  }

  async #save(line: Line, conversationId: string, model: string, options: ModelChangesOptions): Promise<void> {
    try {
      await options.save(conversationId, model);
      line.accepted = model;
    } catch {
      // Whatever was chosen since is not to be undone.
      if (options.shown(conversationId) === model) options.show(conversationId, line.accepted);
      options.onRefused();
    }
  }
}
