import type { ConversationSummary } from "@holdfast/contract";
import type { ConversationCache } from "@/trpc/conversation-cache";

type Field = "title" | "pinnedAt";

interface UnderWay {
  /** The latest change of the field that was begun from here. */
  latest: symbol;
  /** How many are not answered yet. */
  count: number;
  /** What the server is known to have: what shows again if it refuses. */
  kept: Partial<ConversationSummary>;
}

/**
 * Changes of single fields that show before the server has answered. An answer says how all of the conversation was
 * when it was given, and may come late: no more is taken from it than the field, and that only while it is the latest.
 */
export class FieldChanges {
  readonly #cache: ConversationCache;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(cache: ConversationCache) {
    this.#cache = cache;
  }

  /** Rejects as `act` does, with what was shown before shown again. */
  async make<F extends Field>(
    conversation: ConversationSummary,
    field: F,
    value: ConversationSummary[F],
    act: () => Promise<ConversationSummary>,
  ): Promise<void> {
    const { id } = conversation;
    const key = `${field} ${id}`;
    const change = Symbol(key);
    const before = this.#cache.find(id) ?? conversation;
    const state = this.#underWay.get(key) ?? { latest: change, count: 0, kept: { [field]: before[field] } };
    this.#underWay.set(key, state);
    state.latest = change;
    state.count++;
    this.#cache.change(id, { [field]: value });
    try {
      state.kept = { [field]: (await act())[field] };
    } finally {
      if (state.latest === change) this.#cache.change(id, state.kept);
      if (--state.count === 0) this.#underWay.delete(key);
    }
  }
}
