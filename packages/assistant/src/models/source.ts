import type { LanguageModelV3 } from "@ai-sdk/provider";

/** Where models come from. A new one is a file beside this that returns one of these, and its line in `assistant.ts`. */
export interface ModelSource {
  /** Of its models' ids: `<prefix>/<id>`. */
  prefix: string;
  /** The ids without prefix: as configured, or as the server lists them. */
  ids(signal: AbortSignal): Promise<string[]>;
  open(id: string): LanguageModelV3;
}

export interface RemoteOptions {
  apiKey?: string | undefined;
  baseUrl?: string | undefined;
  /** Without them the server is asked. */
  models?: readonly string[] | undefined;
}

/** Asks `GET <baseUrl>/models`, which OpenAI's and Anthropic's protocols answer alike. */
export async function askForModels(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  const response = await fetch(url, { headers, signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The list of models was answered with status ${response.status}`);
  }
  const body: unknown = await response.json().catch(() => null); // its error would repeat what was sent
  const data = typeof body === "object" && body !== null && "data" in body ? body.data : null;
  if (!Array.isArray(data)) throw new Error("The list of models is not in the expected form");
  return data
    .map((model: unknown) => (typeof model === "object" && model !== null && "id" in model ? model.id : null))
    .filter((id): id is string => typeof id === "string" && id !== "" && id.length <= 150 && !isNoChatModel(id));
}

/** Servers list what embeds, speaks, draws and listens beside what chats, and say of none which it is. */
function isNoChatModel(id: string): boolean {
  return /embed|whisper|tts|dall-e|moderation|realtime|transcribe|gpt-image|sora|babbage|davinci/u.test(id);
}
