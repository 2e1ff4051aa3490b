import { conversationStore } from "./conversations.ts";
import { messageStore } from "./messages.ts";
import type { Scope } from "./scope.ts";
import { searchStore } from "./search.ts";
import { taskStore } from "./tasks.ts";
import { transferStore } from "./transfers.ts";
import { turnStore } from "./turns.ts";
import type { UserStore } from "./types.ts";

export function userStore(scope: Scope): UserStore {
  return {
    ...conversationStore(scope),
    ...messageStore(scope),
    ...turnStore(scope),
    ...taskStore(scope),
    ...searchStore(scope),
    ...transferStore(scope),
  };
}
