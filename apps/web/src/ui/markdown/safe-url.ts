const safeProtocols = new Set(["http:", "https:", "mailto:"]);

/** The address if following it is harmless, else null: no scripts, no data, and nothing relative to this page. */
export function safeUrl(href: string): string | null {
  try {
    const url = new URL(href);
    return safeProtocols.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
