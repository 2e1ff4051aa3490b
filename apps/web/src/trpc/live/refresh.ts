import type { LiveEvent } from "@holdfast/contract";
import type { Query, QueryClient } from "@tanstack/react-query";

const gatherMs = 30;

type Matcher = (query: Query) => boolean;

/**
 * Reads messages, tasks and what was found again when an event says that they changed; the lists of conversations look after themselves.
 * A burst of events is one reading. What is not shown is only marked, and read when it is shown.
 */
export function createRefresher(queryClient: QueryClient) {
  const due = new Map<string, Matcher>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function mark(key: string, matches: Matcher) {
    due.set(key, matches);
    timer ??= setTimeout(flush, gatherMs);
  }

  function flush() {
    timer = undefined;
    const matchers = [...due.values()];
    due.clear();
    const isDue = (query: Query) => matchers.some((matches) => matches(query));
    // A first reading that is under way may be of before the change, and would be taken for the one that is asked for here.
    const isFirst = (query: Query) => query.state.data === undefined;
    void queryClient.cancelQueries({ predicate: (query) => isDue(query) && isFirst(query) }, { silent: true });
    void queryClient.invalidateQueries({ predicate: isDue });
  }

  return {
    onEvent(event: LiveEvent): void {
      switch (event.type) {
        case "connected":
          mark("messages", (query) => pathOf(query) === "message.page");
          mark("tasks", isTasks);
          mark("search", isSearch);
          break;
        case "conversation-changed":
          if (event.change === "deleted") {
            forget(queryClient, event.conversationId);
            mark("search", isSearch);
          } else mark(event.conversationId, (query) => isPageOf(query, event.conversationId));
          break;
        case "turn-ended":
          mark(event.conversationId, (query) => isPageOf(query, event.conversationId));
          break;
        case "tasks-changed":
          mark("tasks", isTasks);
          break;
        case "turn-started":
        case "turn-chunk":
          break;
        default:
          event satisfies never;
      }
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}

/** What is deleted is not asked for again; what of it is on the screen stays until the screen has said so. */
function forget(queryClient: QueryClient, conversationId: string) {
  const isUnseen = (query: Query) => isPageOf(query, conversationId) && query.getObserversCount() === 0;
  queryClient.removeQueries({ predicate: isUnseen });
}

/** What is deleted leaves the sidebar before the server has deleted it: a search in between still finds it. */
function isSearch(query: Query): boolean {
  return pathOf(query) === "search.find";
}

function isTasks(query: Query): boolean {
  return pathOf(query) === "task.list";
}

function isPageOf(query: Query, conversationId: string): boolean {
  return pathOf(query) === "message.page" && inputOf(query)["conversationId"] === conversationId;
}

/** The keys are those of tRPC's: `[["message", "page"], { input, type }]`. */
function pathOf(query: Query): string {
  const [path] = query.queryKey;
  return Array.isArray(path) ? path.join(".") : "";
}

function inputOf(query: Query): Record<string, unknown> {
  const options = query.queryKey[1];
  if (!options || typeof options !== "object" || !("input" in options)) return {};
  return (options.input ?? {}) as Record<string, unknown>; // the key of a procedure that takes an object
}
