/** The path of a request, as it may be logged: no query, for a query carries what people search for. */
export function pathOf(url: string | undefined): string {
  return (url ?? "/").split(/[?#]/, 1)[0] || "/";
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The class of a path, few enough to count by. Every part of it is one of a list that is written here: each class that is
 * counted is kept until the process ends, and a path is whatever anybody sends.
 */
export function routeClass(path: string): RouteClass {
  const [, first = "", second = "", third = "", fourth = "", fifth = ""] = path.split("/");
  if (first === "_next") return "/_next";
  if (first === "c") return "/c/{id}";
  if (first !== "api") return known(pages, path);
  switch (second) {
    case "trpc":
    case "auth":
      return `/api/${second}`;
    case "health":
      return `/api/health/${known(checks, third)}`;
    case "account":
      return `/api/account/${known(accountParts, third)}`;
    case "openapi.json":
      return third === "" ? "/api/openapi.json" : "other";
    default:
      return uuid.test(second) ? ownClass(third, fourth, fifth) : "other";
  }
}

/** Under `/api/{user_id}`. */
function ownClass(third: string, fourth: string, fifth: string): RouteClass {
  const last: "" | `/${Own}` = fifth === "" ? "" : `/${known(own, fifth)}`;
  return `/api/{user_id}/${known(own, third)}${fourth && "/{id}"}${last}`;
}

/** What a page or a watchdog asks again and again. */
export function isRoutine(route: RouteClass): boolean {
  return route === "/_next" || route.startsWith("/api/health");
}

/** A path for the log: links that are mailed carry a token after the third part. */
export function loggedPath(path: string): string {
  return path.startsWith("/api/auth/") ? path.split("/").slice(0, 4).join("/") : path;
}

/** The id of a conversation's page; null if it is another page. `valid` is false for what cannot be an id. */
export function conversationPage(path: string): { id: string; valid: boolean } | null {
  const id = /^\/c\/([^/]+)\/?$/.exec(path)?.[1];
  return id === undefined ? null : { id, valid: uuid.test(id) };
}

const pages = [
  "/",
  "/new",
  "/sign-in",
  "/sign-up",
  "/forgot-password",
  "/reset-password",
  "/settings",
  "/docs/api",
] as const;
const checks = ["live", "ready"] as const;
const accountParts = ["sessions", "export", "import", "delete"] as const;
const own = ["conversations", "messages", "chat", "turns", "events"] as const;

type Listed<List extends readonly string[]> = List[number] | "other";
type Own = Listed<typeof own>;

/** A finite type: what was copied from a path does not fit. */
export type RouteClass =
  | Listed<typeof pages>
  | "/_next"
  | "/c/{id}"
  | "/api/trpc"
  | "/api/auth"
  | "/api/openapi.json"
  | `/api/health/${Listed<typeof checks>}`
  | `/api/account/${Listed<typeof accountParts>}`
  | `/api/{user_id}/${Own}${"" | "/{id}"}${"" | `/${Own}`}`;

function known<List extends readonly string[]>(list: List, part: string): Listed<List> {
  return list.find((one) => one === part) ?? "other";
}
