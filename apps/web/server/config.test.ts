import { readFile } from "node:fs/promises";
import { ConfigError } from "@holdfast/db";
import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const read = (env: Record<string, string>) => readConfig(env);

describe("configuration", () => {
  it("R-OPS-1: needs nothing", () => {
    expect(read({})).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      appUrl: null,
      dataDir: null,
      database: null,
      secret: null,
      metricsPort: null,
      trustProxy: false,
      limits: { sendsPerMinute: 30, signInsPerMinute: 10, requestsPerMinute: 1200, streams: 20 },
    });
  });

  it("R-OPS-5: compose.yaml hands on every variable of the README that is not its own to set, and no image holds `.env`", async () => {
    const ofRepository = (name: string) => readFile(new URL(`../../../${name}`, import.meta.url), "utf8");
    const rows = (await ofRepository("README.md")).match(/^\| `.*$/gm) ?? [];
    const names = rows.flatMap((row) => row.split("|")[1]?.match(/[A-Z]{2,}(_[A-Z]+)+/g) ?? []);
    expect(names).toContain("LIMIT_STREAMS");
    const compose = await ofRepository("compose.yaml");
    const ownToSet = /_?DATABASE_URL$|^HOLDFAST_DATA_DIR$|^METRICS_PORT$|_$/;
    const unheard = names.filter((name) => !ownToSet.test(name) && !compose.includes(`${name}: \${${name}:`));
    expect(unheard).toEqual([]);
    expect(await ofRepository(".dockerignore")).toMatch(/^\.env\*$/m);
  });

  it("R-OPS-1: takes an empty variable for an unset one", () => {
    expect(read({ PORT: "", DATABASE_URL: " ", OPENAI_MODELS: "" })).toEqual(read({}));
  });

  it.each([
    ["PORT", "80a"],
    ["PORT", "65536"],
    ["HOST", "my host"],
    ["APP_URL", "chat.example.org"],
    ["APP_URL", "https://chat.example.org/holdfast"],
    ["DATABASE_URL", "mysql://localhost/holdfast"],
    ["APP_DATABASE_URL", "nowhere"],
    ["DIRECT_DATABASE_URL", "http://localhost"],
    ["BETTER_AUTH_SECRET", "x".repeat(15)],
    ["DATABASE_URL", "postgres://holdfast:p%zz@localhost/holdfast"],
    ["OPENAI_BASE_URL", "localhost:11434"],
    ["OPENAI_BASE_URL", "http://user:%zz@localhost/v1"],
    ["OPENAI_API_KEY", "sk-é中"],
    ["ANTHROPIC_API_KEY", "two keys"],
    ["SMTP_URL", "smtp://mail.example.org:abc"],
    ["SMTP_URL", "smtp://"],
    ["SMTP_URL", "smtp://user:%zz@mail.example.org"],
    ["SMTP_URL", "http://mail.example.org"],
    ["DEFAULT_MODEL", "gpt"],
    ["DEFAULT_MODEL", "openai/gpt"],
    ["DEFAULT_MODEL", "anthropic/claude"],
    ["OPENAI_MODELS", " , "],
    ["METRICS_PORT", "3000"],
    ["METRICS_PORT", "-1"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317"],
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ["OTEL_TRACES_EXPORTER", "zipkin"],
    ["LOG_LEVEL", "loud"],
    ["TRUST_PROXY", "yes"],
    ["LIMIT_SENDS_PER_MINUTE", "many"],
    ["LIMIT_STREAMS", "1.5"],
  ])("R-OPS-1: names %s where it is wrong (%s)", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(ConfigError);
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name} must .*\\.$`));
  });

  it("R-SEC-8: sends no mail without an address for its links", () => {
    const mail = { SMTP_URL: "smtp://mail.example.org", SMTP_FROM: "holdfast@example.org" };
    expect(() => read(mail)).toThrow(/^APP_URL must be set where SMTP_URL is: .*\.$/);
    expect(() => read({ ...mail, APP_URL: " " })).toThrow(ConfigError);
    expect(read({ ...mail, APP_URL: "https://chat.example.org" }).mail?.from).toBe(mail.SMTP_FROM);
  });

  it("R-OPS-4: traces where OpenTelemetry's variables say where to, and nowhere else", () => {
    const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };
    const exact = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/here" };
    expect(read({ OTEL_SERVICE_NAME: "chat" }).tracing).toBeNull();
    expect(read(base).tracing).toEqual({ url: "http://collector:4318/v1/traces", serviceName: undefined });
    expect(read({ ...base, ...exact, OTEL_SERVICE_NAME: "chat" }).tracing).toEqual({
      url: "http://collector:4318/here",
      serviceName: "chat",
    });
    expect(read({ ...base, OTEL_SDK_DISABLED: "TRUE" }).tracing).toBeNull();
    expect(read({ ...base, OTEL_TRACES_EXPORTER: "none" }).tracing).toBeNull();
  });

  it("R-OPS-1: names the one that is missing of two that go together", () => {
    expect(() => read({ SMTP_URL: "smtp://mail.example.org" })).toThrow("SMTP_FROM must be set where SMTP_URL is.");
    expect(read({ GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "secret" }).oauth).toEqual({
      github: { clientId: "id", clientSecret: "secret" },
    });
  });

  it("reads lists, origins and proxies", () => {
    const config = read({ OPENAI_MODELS: " a, b ,,c", APP_URL: "https://chat.example.org/", TRUST_PROXY: "2" });
    expect(config.models.openai.models).toEqual(["a", "b", "c"]);
    expect(config.appUrl).toBe("https://chat.example.org");
    expect(config.trustProxy).toBe(2);
  });
});
