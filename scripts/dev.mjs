// npm run dev: the page changes as it is edited; a change of the server or a package restarts the server, in about two seconds.
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackages } from "./prepare.mjs";
import { checkNode, commandEnv, endOnSignals, killGroup, root, run, runMain, StepError, say, start } from "./steps.mjs";

const tsc = path.join(root, "node_modules", ".bin", "tsc");
const turbo = path.join(root, "node_modules", ".bin", "turbo");

await runMain(async () => {
  checkNode();
  endOnSignals();
  await installPackages();
  const server = { config: "apps/web/tsconfig.server.json", sources: "apps/web/server" };
  const packages = readdirSync(path.join(root, "packages")).map((name) => ({
    config: `packages/${name}/tsconfig.build.json`,
    sources: `packages/${name}/src`,
  }));
  const code = await run(turbo, ["run", "build", "--filter=@holdfast/web^...", "--output-logs=errors-only"]);
  if (code !== 0 || !(await compile(server))) throw new StepError("It does not compile. Mend it, then run this again.");
  serveAlways([...packages, server]);
});

/** Runs the server; when a source has changed, compiles its project, ends the server and runs the next. */
function serveAlways(projects) {
  const types = createTypeCheck();
  const changed = new Set();
  let server = prepareServer();
  let prepared = null;
  let restarting = null;
  serve();

  function serve() {
    server.child.send("serve", () => {}); // one that has ended by then is spoken of below
    // Only when it is ready: on a few cores they would hold up what is waited for.
    server.child.once("message", () => {
      prepared ??= prepareServer();
      types.check();
    });
    void server.closed.then(([code]) => {
      if (restarting === null && code) say("The server has ended; it starts again when a file changes.");
    });
  }

  async function restart() {
    await sleep(50); // an editor may write several files at once, or one in two goes
    while (changed.size > 0) {
      await types.giveUp();
      const compiling = [...changed];
      changed.clear();
      const compiled = await Promise.all(compiling.map(compile));
      if (!compiled.every(Boolean)) continue;
      server.child.kill("SIGTERM");
      await server.closed;
      server = prepared ?? prepareServer();
      prepared = null;
      serve();
    }
  }

  for (const project of projects) {
    watchSources(project, () => {
      changed.add(project);
      restarting ??= restart().finally(() => {
        restarting = null;
      });
    });
  }
}

/** A server that has loaded what does not change, and serves when it is told to. */
function prepareServer() {
  const flags = ["--enable-source-maps", "--experimental-import-meta-resolve"];
  const child = start(process.execPath, [...flags, path.join("scripts", "dev-server.mjs")], {
    env: commandEnv({ NODE_ENV: "development" }),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  return { child, closed: once(child, "close") };
}

/** Without checking the types, which takes most of a compiler's time. */
async function compile({ config }) {
  return (await run(tsc, ["-p", config, "--noCheck", "--declaration", "false"])) === 0;
}

/** Says what is wrong with the types of everything, and nothing when all is well. */
function createTypeCheck() {
  let current = null;
  return {
    check() {
      const args = ["run", "typecheck", "--filter=@holdfast/web", "--output-logs=errors-only"];
      const child = start(turbo, args, { env: commandEnv(), stdio: ["ignore", "pipe", "inherit"] });
      const checking = { child, closed: once(child, "close") };
      current = checking;
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
      void checking.closed.then(([code]) => {
        if (current === checking && code) say(output);
      });
    },
    /** What is checked has changed since, and its output would come over what is compiled now. */
    async giveUp() {
      const given = current;
      current = null;
      if (!given) return;
      killGroup(given.child, "SIGTERM");
      await given.closed;
    },
  };
}

/** Editors touch files that stay the same: only another content is a change. */
function watchSources({ sources }, onChange) {
  const folder = path.join(root, sources);
  const isSource = (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name);
  const contents = new Map();
  const hasChanged = (name) => {
    const file = path.join(folder, name);
    const before = contents.get(name);
    const now = existsSync(file) ? readFileSync(file, "utf8") : "";
    contents.set(name, now);
    return now !== before;
  };
  for (const name of readdirSync(folder, { recursive: true })) if (isSource(name)) hasChanged(name);
  watch(folder, { recursive: true }, (_event, name) => {
    if (name && isSource(name) && hasChanged(name)) onChange();
  });
}
