import { createAnthropic } from "@ai-sdk/anthropic";
import { askForModels, type ModelSource, type RemoteOptions } from "./source.ts";

export function anthropicModels({ apiKey, baseUrl, models }: RemoteOptions & { apiKey: string }): ModelSource {
  const url = (baseUrl ?? "https://api.anthropic.com/v1").replace(/\/+$/u, "");
  const provider = createAnthropic({ apiKey, baseURL: url });
  const headers = { "x-api-key": apiKey, "anthropic-version": "2023-06-01" };
  return {
    prefix: "anthropic",
    ids: async (signal) => (models ? [...new Set(models)] : askForModels(`${url}/models?limit=100`, headers, signal)),
    open: (id) => provider.languageModel(id),
  };
}
