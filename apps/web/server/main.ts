import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Api, createApi, createMailer } from "@holdfast/api";
import { type Assistant, createAssistant, createToolBoxes } from "@holdfast/assistant";
import { ConfigError, type Database, DataDirError, loadEnvironment, UnusableDatabaseError } from "@holdfast/db";
import { createTaskTokens, startTasksServer } from "@holdfast/tasks-mcp";
import { type Config, type ModelSettings, readConfig } from "./config.ts";
import { openData } from "./data.ts";
import { AddressError, HttpServer, probeAddress } from "./http-server.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { watchMemory } from "./memory.ts";
import { createMetrics, type Metrics, serveMetrics } from "./metrics.ts";
import { openNextApp } from "./next-app.ts";
import { createPages } from "./pages.ts";
import { createRequestListener, createWaitingListener } from "./request-listener.ts";
import { traceDatabase } from "./traced-database.ts";
import { openTracing, type Tracing } from "./tracing.ts";
import { observeTurns } from "./turn-metrics.ts";

declare global {
  /** The one door from server components to the API, in this process. */
  var holdfast: { api: Api } | undefined;
}

// This file runs as apps/web/dist/server/main.js.
const webDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const repository = path.resolve(webDir, "../..");

const dev = process.env.NODE_ENV === "development";
loadEnvironment(repository);
const logLevel = process.env.LOG_LEVEL || "info";
let tracing: Tracing | undefined;
const log = createLog(isLogLevel(logLevel) ? logLevel : "info", { fields: () => tracing?.ids() ?? nothing });
const lifecycle = new Lifecycle(log);
const nothing = {};
await lifecycle.run(() => serve(readConfig(process.env)), explain);

/** Opens everything in order, and says where it is. What is opened last is closed first. */
async function serve(config: Config): Promise<void> {
  const https = config.appUrl?.startsWith("https:") ?? false;
  await probeAddress(config);
  tracing = await openTracing(config.tracing, log);
  lifecycle.onEnd("traces", () => tracing?.close());
  const http = new HttpServer(createWaitingListener({ https }));
  // Takes the processor while the database is waited for.
  const openingNext = openNextApp({ dir: webDir, ...config, httpServer: http.server });
  openingNext.catch(() => undefined); // awaited below
  const data = await openData(config, repository, lifecycle, log, async () => {
    await http.listen(config);
    process.stdout.write("The database cannot be reached. Holdfast waits for it.\n");
  });
  const { secret } = data;
  const db = tracing ? traceDatabase(data.db, tracing) : data.db;
  const assistant = openAssistant(config.models);
  const [openTools, next] = await Promise.all([openTaskTools(db), openingNext]);
  lifecycle.onEnd("web app", () => next.close());
  lifecycle.onEnd("connections", () => http.cutConnections());
  const { appUrl, trustProxy, limits, oauth } = config;
  const mail = config.mail ? createMailer(config.mail) : undefined;
  const memory = watchMemory(log);
  lifecycle.onEnd("memory", () => memory.close());
  const { isShort } = memory;
  const given = { appUrl, trustProxy, limits, mail, oauth };
  const api = await createApi({ db, assistant, openTools, secret, ...given, log, isShort, tracer: tracing });
  lifecycle.onEnd("api", () => api.stop());
  globalThis.holdfast = { api };

  const metrics = createMetrics();
  metrics.gauge("holdfast_memory_short", "1 while requests are refused for want of memory.", () => Number(isShort()));
  await openMetrics(metrics, config, db, api);
  const isReady = shared(() => db.isReady(), 250);
  const pages = createPages({ api, isReady, render: next.render, dev: config.dev, https });
  const { staticAssets } = next;
  http.answerWith(
    createRequestListener({
      api,
      staticAssets,
      pages,
      ending: () => lifecycle.ending,
      https,
      dev,
      log,
      metrics,
      memory,
      tracing,
    }),
  );
  lifecycle.onEnd("listener", () => http.stopAccepting());
  lifecycle.signal.throwIfAborted();
  const port = await http.listen(config);
  const address = config.appUrl ?? `http://${isWildcard(config.host) ? "localhost" : bracketed(config.host)}:${port}`;
  log.info({ address, place: data.place, models: (await assistant.models()).length }, "ready");
  process.stdout.write(`\nHoldfast is ready: ${address}\nWhat is written is kept in ${data.place}\n\n`);
}

function openAssistant({ openai, anthropic, defaultModel }: ModelSettings): Assistant {
  const { apiKey } = anthropic;
  const assistant = createAssistant({
    openai: openai.apiKey || openai.baseUrl ? openai : undefined,
    anthropic: apiKey ? { apiKey, models: anthropic.models } : undefined,
    defaultModel,
    log,
  });
  lifecycle.onEnd("assistant", () => assistant.close());
  return assistant;
}

/** The task tools run in a process of their own, which is given its own database role and the key to check tokens, no more. */
async function openTaskTools(db: Database) {
  const tokens = createTaskTokens();
  const server = await startTasksServer({ databaseUrl: db.urls.tasks, publicKey: tokens.publicKey, log });
  lifecycle.onEnd("task tools", () => server.stop());
  const openBox = createToolBoxes({ url: () => server.url });
  return (userId: string) => openBox(() => tokens.mint(userId));
}

async function openMetrics(metrics: Metrics, config: Config, db: Database, api: Api): Promise<void> {
  metrics.gauge("holdfast_turns_running", "Turns that run in this process.", () => api.stats().runningTurns);
  metrics.gauge("holdfast_streams_open", "Event streams open in this process.", () => api.stats().liveFeeds);
  metrics.gauge("holdfast_db_connections", "Connections to the database.", () => db.poolStats().total);
  metrics.gauge("holdfast_db_connections_idle", "Connections that wait for work.", () => db.poolStats().idle);
  metrics.gauge("holdfast_db_requests_waiting", "Requests that wait for a connection.", () => db.poolStats().waiting);
  lifecycle.onEnd("turn metrics", db.notices.subscribe(observeTurns(metrics)));
  if (config.metricsPort === null) return;
  lifecycle.onEnd("metrics", await serveMetrics(metrics, { host: config.host, port: config.metricsPort }));
}

/** One question at a time, and its answer for a moment longer. */
function shared<T>(ask: () => Promise<T>, forMs: number): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    if (answer) return answer;
    const asked = ask();
    answer = asked;
    const forget = () => setTimeout(() => (answer = null), forMs).unref();
    asked.then(forget, forget);
    return asked;
  };
}

function explain(error: unknown): string {
  const said = [ConfigError, AddressError, DataDirError, UnusableDatabaseError];
  if (error instanceof Error && said.some((type) => error instanceof type)) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function isLogLevel(name: string): boolean {
  return /^(fatal|error|warn|info|debug|trace|silent)$/.test(name);
}
