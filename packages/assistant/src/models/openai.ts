import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { pacedFetch } from "./paced-fetch.ts";
import { askForModels, type ModelSource, type RemoteOptions } from "./source.ts";

/** Any server that speaks OpenAI's chat-completions protocol; many local ones want no key. */
export function openaiModels({ apiKey, baseUrl, models }: RemoteOptions): ModelSource {
  const { url, headers } = withoutCredentials(baseUrl ?? "https://api.openai.com/v1");
  if (apiKey) headers.authorization = `Bearer ${apiKey}`;
  const provider = createOpenAICompatible({
    name: "openai",
    baseURL: url,
    headers,
    includeUsage: true,
    fetch: pacedFetch,
  });
  return {
    prefix: "openai",
    ids: async (signal) => (models ? [...new Set(models)] : askForModels(`${url}/models`, headers, signal)),
    open: (id) => provider.chatModel(id),
  };
}

/** `fetch` refuses a URL with a name and a password in it; the header says the same. */
function withoutCredentials(baseUrl: string): { url: string; headers: Record<string, string> } {
  const url = new URL(baseUrl);
  const headers: Record<string, string> = {};
  if (url.username !== "") {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    url.username = "";
    url.password = "";
  }
  return { url: url.href.replace(/\/+$/u, ""), headers };
}
