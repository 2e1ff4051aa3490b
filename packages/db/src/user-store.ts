import { conversationStore } from "./conversations.ts";
import { messageStore } from "./messages.ts";
import type { Scope } from "./scope.ts";
import { searchStore } from "./search.ts";
import { taskStore } from "./tasks.ts";
import { transferStore } from "./transfers.ts";
import { turnStore } from "./turns.ts";
import type { UserStore } from "./types.ts";

const rememberedStores = 1_000;

/**
 * One store for each person, remembered for a while: a page asks several times, and to make forty functions is a tenth of what
 * a short request costs. A store keeps nothing of whoever has asked.
 */
export function createUserStores(shared: Omit<Scope, "userId">): (userId: string) => UserStore {
  const stores = new Map<string, UserStore>();
  return (userId) => {
    const known = stores.get(userId);
    if (known) return known;
    const store = userStore({ ...shared, userId });
    if (stores.size >= rememberedStores) stores.delete(stores.keys().next().value ?? "");
    stores.set(userId, store);
    return store;
  };
}

function userStore(scope: Scope): UserStore {
  return {
    ...conversationStore(scope),
    ...messageStore(scope),
    ...turnStore(scope),
    ...taskStore(scope),
    ...searchStore(scope),
    ...transferStore(scope),
  };
}
