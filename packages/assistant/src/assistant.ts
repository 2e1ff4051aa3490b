import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { ModelInfo } from "@holdfast/contract";
import { builtInId, builtInModel } from "./built-in/model.ts";
import { factsOf } from "./model-facts.ts";
import { anthropicModels } from "./models/anthropic.ts";
import { ModelCatalog } from "./models/catalog.ts";
import { openaiModels } from "./models/openai.ts";
import type { RemoteOptions } from "./models/source.ts";
import { titleOf } from "./title.ts";
import { runTurn, type TurnLimits } from "./turn.ts";
import type { Assistant, Log } from "./types.ts";

export interface AssistantOptions {
  /** Any server that speaks OpenAI's protocol; with a `baseUrl` it needs no key. */
  openai?: RemoteOptions | undefined;
  anthropic?: (RemoteOptions & { apiKey: string }) | undefined;
  /** `built-in`, `openai/<id>` or `anthropic/<id>`; without it the first remote model, or the built-in one. */
  defaultModel?: string | undefined;
  limits?: Partial<TurnLimits> | undefined;
  /** How fast the built-in assistant speaks: 50 words a second. */
  builtIn?: { wordsPerSecond?: number } | undefined;
  log: Log;
}

const defaultLimits: TurnLimits = { silenceMs: 120_000, turnMs: 15 * 60_000, steps: 16 };

/** The built-in assistant, and the models of the servers that are configured. Throws for a `defaultModel` of a server that is not. */
export function createAssistant(options: AssistantOptions): Assistant {
  const { defaultModel, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const builtIn = builtInModel(options.builtIn);
  const catalogs = sourcesOf(options).map((source) => new ModelCatalog(source, log));
  if (defaultModel !== undefined && defaultModel !== builtInId && find(defaultModel) === null) {
    throw new Error(`The default model ${JSON.stringify(defaultModel)} belongs to no configured server`);
  }
  // Asked before anybody waits for it.
  for (const catalog of catalogs) void catalog.ids();

  function find(id: string): { catalog: ModelCatalog; name: string } | null {
    const [prefix, ...rest] = id.split("/");
    const name = rest.join("/");
    const catalog = catalogs.find(({ source }) => source.prefix === prefix);
    return catalog && name !== "" ? { catalog, name } : null;
  }

  function open(id: string): LanguageModelV3 {
    const remote = find(id);
    return remote === null ? builtIn : remote.catalog.source.open(remote.name);
  }

  async function models(): Promise<ModelInfo[]> {
    const lists = await Promise.all(
      catalogs.map(async (catalog) =>
        (await catalog.ids()).map((name) => ({ id: `${catalog.source.prefix}/${name}`, name })),
      ),
    );
    const all = [...lists.flat(), { id: builtInId, name: "Built-in" }];
    if (defaultModel === undefined) return all;
    const first = all.find((model) => model.id === defaultModel) ?? {
      id: defaultModel,
      name: find(defaultModel)?.name ?? defaultModel,
    };
    return [first, ...all.filter((model) => model !== first)];
  }

  return {
    models,
    async hasModel(id) {
      if (id === builtInId || id === defaultModel) return true;
      const remote = find(id);
      return remote !== null && (await remote.catalog.has(remote.name));
    },
    async defaultModel() {
      const [first] = await models();
      return first?.id ?? builtInId;
    },
    runTurn(request) {
      if (request.model === builtInId || find(request.model))
        return runTurn(open(request.model), factsOf(request.model), request, limits);
      return unknownModel();
    },
    async suggestTitle({ model, ...exchange }) {
      return model === builtInId || find(model) === null ? null : titleOf(open(model), exchange);
    },
    historyBudget: (model) => factsOf(model).historyBudget,
    async close() {
      for (const catalog of catalogs) catalog.close();
    },
  };
}

function sourcesOf({ openai, anthropic }: AssistantOptions) {
  return [
    ...(openai?.apiKey || openai?.baseUrl ? [openaiModels(openai)] : []),
    ...(anthropic ? [anthropicModels(anthropic)] : []),
  ];
}

/** A model whose server has been taken out of the configuration since it was chosen. */
// biome-ignore lint/correctness/useYield: it has nothing to say
async function* unknownModel(): ReturnType<Assistant["runTurn"]> {
  const message = "This model is not configured any more. Choose another one.";
  return { status: "failed", failure: { code: "model_unknown", message }, cause: null, usage: null };
}
