/** The path of a request, as it may be logged: no query, for a query carries what people search for. */
export function pathOf(url: string | undefined): string {
  return (url ?? "/").split(/[?#]/, 1)[0] || "/";
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The class of a path, few enough to count by. */
export function routeClass(path: string): string {
  const [, first = "", second = "", third = "", fourth = "", fifth = ""] = path.split("/");
  if (first === "_next") return "/_next";
  if (first === "c") return "/c/{id}";
  if (first !== "api") return pages.has(path) ? path : "other";
  switch (second) {
    case "trpc":
      return "/api/trpc";
    case "auth":
      return "/api/auth";
    case "health":
    case "account":
      return `/api/${second}/${third}`;
    default:
      if (!uuid.test(second)) return second === "openapi.json" ? path : "other";
      return `/api/{user_id}/${known(third)}${fourth && "/{id}"}${fifth && `/${known(fifth)}`}`;
  }
}

/** What a page or a watchdog asks again and again. */
export function isRoutine(route: string): boolean {
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

const pages = new Set(["/", "/new", "/sign-in", "/sign-up", "/settings", "/docs/api"]);

function known(part: string): string {
  return ["conversations", "messages", "chat"].includes(part) ? part : "other";
}
