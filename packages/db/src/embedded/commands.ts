import { spawn } from "node:child_process";

/** The system user as whom PostgreSQL runs; null: as ourselves. */
export interface SystemUser {
  uid: number;
  gid: number;
}

export interface CommandResult {
  code: number | null;
  output: string;
}

/**
 * Runs to the end, in a session of its own: a Ctrl-C meant for us must not reach PostgreSQL before we have drained.
 * Waits for the exit only: a server that the command leaves behind keeps its output open.
 */
export function run(
  command: string,
  args: readonly string[],
  { user, cwd = "/", input = "" }: { user: SystemUser | null; cwd?: string; input?: string },
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env.PATH, LC_ALL: "C", ...(process.platform === "win32" ? process.env : {}) },
      ...(user ?? {}),
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output = `${output}${chunk.toString("utf8")}`.slice(-20_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.stdin.on("error", () => {}); // it ended before it read everything; its exit code tells
    child.stdin.end(input);
    child.on("error", reject);
    child.on("exit", (code) => {
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, output });
      });
    });
  });
}
