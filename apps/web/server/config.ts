import { ConfigError, type DatabaseSettings, readDatabaseSettings } from "@holdfast/db";
import { z } from "zod";

export interface Config extends DatabaseSettings {
  dev: boolean;
  host: string;
  port: number;
  /** The origin that people use, without a slash at its end; null: what the request says, on loopback names. */
  appUrl: string | null;
  models: ModelSettings;
  /** Null: nobody can be sent a new password. */
  mail: { url: string; from: string } | null;
  oauth: { github?: OAuthClient; google?: OAuthClient };
  metricsPort: number | null;
  /** Null: nothing is traced. */
  tracing: TracingSettings | null;
  logLevel: (typeof logLevels)[number];
  trustProxy: boolean | number;
  limits: { sendsPerMinute: number; signInsPerMinute: number; requestsPerMinute: number; streams: number };
}

export interface TracingSettings {
  /** Where spans are sent to. */
  url: string;
  serviceName: string | undefined;
}

interface OAuthClient {
  clientId: string;
  clientSecret: string;
}

export interface ModelSettings {
  openai: { apiKey: string | undefined; baseUrl: string | undefined; models: string[] | undefined };
  anthropic: { apiKey: string | undefined; models: string[] | undefined };
  defaultModel: string | undefined;
}

/** Reads the environment. An empty variable counts as unset. Throws `ConfigError`. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${issue?.path.join(".")} ${issue?.message}.`);
  }
  const read = parsed.data;
  const models = {
    openai: { apiKey: read.OPENAI_API_KEY, baseUrl: read.OPENAI_BASE_URL, models: read.OPENAI_MODELS },
    anthropic: { apiKey: read.ANTHROPIC_API_KEY, models: read.ANTHROPIC_MODELS },
    defaultModel: read.DEFAULT_MODEL,
  };
  assertServed(models);
  if (read.METRICS_PORT === read.PORT && read.PORT !== 0) {
    throw new ConfigError("METRICS_PORT must be another port than PORT.");
  }
  const mail = together(read, "SMTP_URL", "SMTP_FROM", (url, from) => ({ url, from }));
  // A request's Host is whatever its sender wrote: nobody else may be mailed a link to there.
  if (mail && !read.APP_URL) throw new ConfigError("APP_URL must be set where SMTP_URL is: links in mails lead there.");
  return {
    dev: read.NODE_ENV === "development",
    host: read.HOST,
    port: read.PORT,
    appUrl: read.APP_URL ?? null,
    ...readDatabaseSettings(env),
    models,
    mail,
    oauth: {
      ...together(read, "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", (clientId, clientSecret) => ({
        github: { clientId, clientSecret },
      })),
      ...together(read, "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", (clientId, clientSecret) => ({
        google: { clientId, clientSecret },
      })),
    },
    metricsPort: read.METRICS_PORT ?? null,
    tracing: tracingOf(read),
    logLevel: read.LOG_LEVEL,
    trustProxy: read.TRUST_PROXY,
    limits: {
      sendsPerMinute: read.LIMIT_SENDS_PER_MINUTE,
      signInsPerMinute: read.LIMIT_SIGN_INS_PER_MINUTE,
      requestsPerMinute: read.LIMIT_REQUESTS_PER_MINUTE,
      streams: read.LIMIT_STREAMS,
    },
  };
}

function assertServed({ openai, anthropic, defaultModel }: ModelSettings): void {
  if (defaultModel?.startsWith("openai/") && !openai.apiKey && !openai.baseUrl) {
    throw new ConfigError(
      "DEFAULT_MODEL must be of a server that is configured: set OPENAI_API_KEY or OPENAI_BASE_URL.",
    );
  }
  if (defaultModel?.startsWith("anthropic/") && !anthropic.apiKey) {
    throw new ConfigError("DEFAULT_MODEL must be of a server that is configured: set ANTHROPIC_API_KEY.");
  }
}

/** By the variables that OpenTelemetry defines; its SDK reads those of them that have no place here. */
function tracingOf(read: z.infer<typeof variables>): TracingSettings | null {
  const base = read.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base.replace(/\/$/, "")}/v1/traces`);
  const isOff = read.OTEL_SDK_DISABLED?.toLowerCase() === "true" || read.OTEL_TRACES_EXPORTER === "none";
  return url && !isOff ? { url, serviceName: read.OTEL_SERVICE_NAME } : null;
}

/** What two variables make together; null without both. One alone is a mistake. */
function together<Name extends string, T>(
  read: Partial<Record<Name, string | undefined>>,
  first: Name,
  second: Name,
  make: (a: string, b: string) => T,
): T | null {
  const [a, b] = [read[first], read[second]];
  if (a !== undefined && b !== undefined) return make(a, b);
  if (a === undefined && b === undefined) return null;
  const [missing, given] = a === undefined ? [first, second] : [second, first];
  throw new ConfigError(`${missing} must be set where ${given} is.`);
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const wholeNumber = (smallest: number, largest: number) => {
  const message = `must be a whole number from ${smallest} to ${largest}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, message);
};

const port = wholeNumber(0, 65_535);
const limit = wholeNumber(0, 1_000_000);

/** An address whose parts can be told, the name and password in it too. */
const address = (protocol: RegExp, message: string) =>
  z.string().refine((value) => isAddress(value, protocol), { message, abort: true });

function isAddress(value: string, protocol: RegExp): boolean {
  try {
    const url = new URL(value);
    decodeURIComponent(url.username + url.password);
    return protocol.test(url.protocol) && url.hostname !== "";
  } catch {
    return false;
  }
}

const webAddress = (message: string) => address(/^https?:$/, message);

/** Sent in a header. */
const apiKey = z.string().regex(/^[\x21-\x7e]+$/, "must be a key: letters, digits and signs of ASCII, without spaces");

const collectorAddress = webAddress("must be an http or https address, such as http://127.0.0.1:4318");
// Sent as JSON, which whoever takes the one over HTTP takes too.
const otlpProtocol = z.enum(["http/json", "http/protobuf"], "must be http/json or http/protobuf");

const list = z
  .string()
  .transform((value) =>
    value
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean),
  )
  .refine((items) => items.length > 0, "must be a list of models, separated by commas");

const proxies = z
  .string()
  .regex(/^(true|false|\d{1,2})$/, "must be true, false, or the number of proxies in front")
  .transform((value) => (value === "true" ? true : value === "false" ? false : Number(value)));

const appUrl = webAddress("must be an http or https address, such as https://chat.example.org")
  .refine((value) => !/[?#]/.test(value) && new URL(value).pathname === "/", "must be an origin alone, without a path")
  .transform((value) => new URL(value).origin);

const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/, "must be an address or a host name")
    .default("127.0.0.1"),
  APP_URL: appUrl.optional(),
  OPENAI_API_KEY: apiKey.optional(),
  OPENAI_BASE_URL: webAddress("must be an http or https address, such as http://127.0.0.1:11434/v1").optional(),
  OPENAI_MODELS: list.optional(),
  ANTHROPIC_API_KEY: apiKey.optional(),
  ANTHROPIC_MODELS: list.optional(),
  DEFAULT_MODEL: z
    .string()
    .regex(/^(built-in|(openai|anthropic)\/\S+)$/, "must be built-in, openai/<id> or anthropic/<id>")
    .optional(),
  SMTP_URL: address(/^smtps?:$/, "must be an address such as smtp://user:password@mail.example.org:587").optional(),
  SMTP_FROM: z.string().optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  METRICS_PORT: port.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"], "must be otlp or none").optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorAddress.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorAddress.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol.optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
  TRUST_PROXY: proxies.default(false),
  LIMIT_SENDS_PER_MINUTE: limit.default(30),
  LIMIT_SIGN_INS_PER_MINUTE: limit.default(10),
  LIMIT_REQUESTS_PER_MINUTE: limit.default(1200),
  LIMIT_STREAMS: limit.default(20),
});
