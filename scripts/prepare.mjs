// Installs and builds what is missing, and nothing else: each step leaves a stamp of what it was made from.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withLock } from "./lock.mjs";
import { commandEnv, root, run, StepError, say } from "./steps.mjs";

const stamps = path.join(root, ".turbo", "stamps");

/** The packages of the lockfile, by the pinned pnpm. */
export async function installPackages() {
  const wanted = () => hashOf(["pnpm-lock.yaml", "pnpm-workspace.yaml"]);
  const isInStep = () =>
    existsSync(path.join(root, "node_modules", ".modules.yaml")) && readStamp("installed") === wanted();
  if (isInStep()) return;
  await underLock(async () => {
    if (isInStep()) return;
    say("Installing packages…");
    const [command, args] = pnpmCommand();
    // --prod=false: NODE_ENV=production in the environment must not leave out what the build needs.
    const code = await run(command, [...args, "install", "--frozen-lockfile", "--prod=false"], {
      env: commandEnv({ CI: "true" }),
    });
    if (code !== 0) {
      throw new StepError(
        "The packages could not be installed. Look at the message above: is the npm registry reachable from here?",
      );
    }
    writeStamp("installed", wanted());
  });
}

/** The packages and the web app, for production. */
export async function buildApp() {
  const wanted = () => `${hashOf(sources())} ${outputs()}`;
  const isInStep = () => outputs() !== null && readStamp("built") === wanted();
  if (isInStep()) return;
  await underLock(async () => {
    if (isInStep()) return;
    say("Building…");
    const turbo = path.join(root, "node_modules", "turbo", "bin", "turbo");
    const code = await run(process.execPath, [
      turbo,
      "run",
      "build",
      "--filter=@holdfast/web",
      "--output-logs=errors-only",
    ]);
    if (code !== 0)
      throw new StepError(
        "The build failed. Look at the message above; after a change of the sources, mend it and run this again.",
      );
    writeStamp("built", wanted());
  });
}

async function underLock(work) {
  const sayWaiting = () => say("Another process is installing or building; waiting for it…");
  try {
    await withLock(path.join(stamps, "lock"), sayWaiting, work);
  } catch (error) {
    if (!error.syscall || error.syscall.startsWith("spawn")) throw error;
    throw new StepError(
      `Something is to be installed or built, and nothing can be written in ${root} (${error.message}). Run this once as whoever may write there.`,
    );
  }
}

/** The pinned pnpm, fetched by npm. Not the one in node_modules: it would replace itself while it runs. */
function pnpmCommand() {
  const version = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).packageManager.split("@")[1];
  const npm = [
    process.env.npm_execpath ?? "",
    path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(path.dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js"),
  ].find((file) => /npm-cli\.js$/.test(file) && existsSync(file));
  const args = ["exec", "--yes", `--package=pnpm@${version}`, "--", "pnpm"];
  return npm ? [process.execPath, [npm, ...args]] : ["npm", args];
}

function sources() {
  const files = ["package.json", "pnpm-lock.yaml", "turbo.json", "tsconfig.base.json"];
  const visit = (folder) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!["node_modules", "dist", ".next", ".turbo"].includes(entry.name)) visit(file);
      } else if (!/\.test\.tsx?$|\.md$|\.tsbuildinfo$|^next-env\.d\.ts$/.test(entry.name)) {
        files.push(file);
      }
    }
  };
  visit("apps");
  visit("packages");
  return files;
}

/** What tells one build from another; null if there is none. A build made by hand changes it, so that no stamp vouches for it. */
function outputs() {
  const packages = readdirSync(path.join(root, "packages")).map((name) => path.join("packages", name));
  const markers = [
    "apps/web/.next/BUILD_ID",
    "apps/web/dist/server/main.js",
    ...packages.map((folder) => path.join(folder, "dist", "index.js")),
  ];
  try {
    return markers.map((file) => Math.round(statSync(path.join(root, file)).mtimeMs)).join(",");
  } catch {
    return null;
  }
}

function hashOf(files) {
  const hash = createHash("sha1");
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

function readStamp(name) {
  try {
    return readFileSync(path.join(stamps, name), "utf8");
  } catch {
    return null;
  }
}

function writeStamp(name, text) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(path.join(stamps, name), text);
}
