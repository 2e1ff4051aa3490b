/**
 * Whether Holdfast itself has answered: with JSON, or with nothing at all. What stands between (a proxy that asks for a
 * password of its own, a hotel's network) answers 200 with a page, and nothing has been done.
 */
export function isOwnAnswer(response: Response): boolean {
  if (response.status === 204) return true;
  return /^application\/json\b/.test(response.headers.get("content-type") ?? "");
}
