import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Absolute path of the tool server's program: the compiled one, whether this file is compiled or not. */
export const tasksMcpEntry = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface TasksServerOptions {
  /** Of the tools' role; the only credential that the process gets. */
  databaseUrl: string;
  /** From `createTaskTokens`. */
  publicKey: string;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface TasksServer {
  /** Of the MCP endpoint; another one after a restart, so ask for it each time. */
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const readyWithinMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** One that ran for so long had no trouble starting. */
const healthyMs = 30_000;

/** Starts the tool server as a child, and again whenever it ends. Resolves when it is ready; throws if it cannot be started at all. */
export async function startTasksServer({ databaseUrl, publicKey, log }: TasksServerOptions): Promise<TasksServer> {
  let stopping = false;
  let pauseMs = firstPauseMs;
  let restart: NodeJS.Timeout | undefined;
  let { child, url } = await launch();
  watch(child);

  async function launch(): Promise<{ child: Child; url: string }> {
    const started = spawn(process.execPath, [tasksMcpEntry, "--with-parent"], {
      // Everything it knows. What this process knows besides (secrets, other roles, keys) is not inherited.
      env: { TASKS_DATABASE_URL: databaseUrl, TASKS_TOKEN_PUBLIC_KEY: publicKey, HOST: "127.0.0.1", PORT: "0" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    createInterface({ input: started.stderr }).on("line", (line) =>
      log.warn({ line: line.slice(0, 500) }, "The tool server reports"),
    );
    // A write to one that has just died; its end is seen below.
    started.stdin.on("error", () => undefined);
    try {
      return { child: started, url: `http://127.0.0.1:${await portOf(started)}/mcp` };
    } catch (error) {
      started.kill("SIGKILL");
      throw error;
    }
  }

  function watch(current: Child): void {
    const since = performance.now();
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      if (stopping) return;
      if (performance.now() - since > healthyMs) pauseMs = firstPauseMs;
      log.warn({ code, signal, pauseMs }, "The tool server ended; it is started again");
      relaunchLater();
    };
    if (current.exitCode !== null || current.signalCode !== null) onExit(current.exitCode, current.signalCode);
    else current.once("exit", onExit);
  }

  function relaunchLater(): void {
    restart = setTimeout(async () => {
      try {
        const launched = await launch();
        if (stopping) return end(launched.child);
        ({ child, url } = launched);
        watch(child);
        log.info({ pid: child.pid }, "The tool server runs again");
      } catch (error) {
        log.warn(
          { reason: error instanceof Error ? error.message : "unknown" },
          "The tool server could not be started",
        );
        if (!stopping) relaunchLater();
      }
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  return {
    get url() {
      return url;
    },
    get pid() {
      return child.pid;
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      await end(child);
    },
  };
}

/** The one line that it says when it is ready. */
function portOf(child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => fail("was not ready in time"), readyWithinMs);
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`The tool server ${what}`));
    };
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    child.once("exit", (code) => fail(`ended with code ${code} before it was ready`));
    lines.once("line", (line) => {
      clearTimeout(timer);
      try {
        resolve((JSON.parse(line) as { port: number }).port);
      } catch {
        fail("said something else than its port");
      }
    });
  });
}

/** Its stdin closing is its sign; one that does not heed it within two seconds is killed. */
async function end(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdin.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
  await ended;
  clearTimeout(timer);
}
