// What `npm start`, `npm test` and `npm run dev` have in common. Plain Node, for nothing is installed yet.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A step that failed, said in a sentence that tells what to do. */
export class StepError extends Error {
  name = "StepError";
}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** The directory where commands may write what they keep for the next time. */
function writableHome() {
  try {
    const home = process.env.HOME || os.homedir();
    accessSync(home, constants.W_OK);
    return home;
  } catch {
    const home = path.join(os.tmpdir(), `holdfast-home-${os.userInfo().uid}`);
    mkdirSync(home, { recursive: true });
    return home;
  }
}

/** For commands of the workspace: pnpm and turbo on the PATH, a home they can write to, and nothing sent to anybody. */
export function commandEnv(extra = {}) {
  const { NODE_ENV: _, ...inherited } = process.env; // "production" would leave out what the build needs
  return {
    ...inherited,
    HOME: writableHome(),
    PATH: [path.join(root, "node_modules", ".bin"), path.dirname(process.execPath), process.env.PATH].join(
      path.delimiter,
    ),
    NEXT_TELEMETRY_DISABLED: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    DO_NOT_TRACK: "1",
    ...extra,
  };
}

const running = new Set();
let endedBy = null;

/** Until undone: a signal ends the commands that run, then this process. */
export function endOnSignals() {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const end = (signal) => {
    if (endedBy) return;
    endedBy = signal;
    for (const child of running) killGroup(child, "SIGTERM");
    setTimeout(() => {
      for (const child of running) killGroup(child, "SIGKILL");
    }, 7_000).unref();
    if (running.size === 0) process.exit(exitCodeOf(signal));
  };
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

/**
 * Runs a command to its end, in a process group of its own, so that a signal reaches all that it started.
 * `onLine` is given each line of its standard output. Resolves with the exit code.
 */
export async function run(command, args, { cwd = root, env = commandEnv(), onLine = undefined } = {}) {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: process.platform !== "win32",
    stdio: ["ignore", onLine ? "pipe" : "inherit", "inherit"],
  });
  running.add(child);
  if (onLine) forEachLine(child.stdout, onLine);
  const code = await new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  running.delete(child);
  if (endedBy && running.size === 0) process.exit(exitCodeOf(endedBy));
  return code;
}

/** Starts a command that goes on until it is killed. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    detached: process.platform !== "win32",
    stdio: "inherit",
    ...options,
  });
  running.add(child);
  child.once("close", () => {
    running.delete(child);
    if (endedBy && running.size === 0) process.exit(exitCodeOf(endedBy));
  });
  return child;
}

/** Runs `main`; a failure is said in a sentence and ends with 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    const text = error instanceof StepError ? error.message : error?.stack;
    process.stderr.write(`\n${text}\n`);
    process.exit(1);
  }
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StepError(
    `Holdfast needs Node 20.19 or newer; this is ${process.versions.node}. Install it from https://nodejs.org, then run this again.`,
  );
}

export function killGroup(child, signal) {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function exitCodeOf(signal) {
  return 128 + os.constants.signals[signal];
}

function forEachLine(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest) onLine(rest);
  });
}
