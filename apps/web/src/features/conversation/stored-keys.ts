/** What outlives the page; null on the server, and where the browser forbids it. */
export function browserStorage(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.localStorage;
  } catch {
    return null;
  }
}

/** The keys under which something is stored that begin so. Throws where the storage is forbidden. */
export function keysUnder(prefix: string, storage: Pick<Storage, "key" | "length"> | null): string[] {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
  return keys.filter((key) => key.startsWith(prefix));
}
