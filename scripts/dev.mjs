// npm run dev: the page changes as it is edited; a change of the server or a package restarts the server.
import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import path from "node:path";
import { installPackages } from "./prepare.mjs";
import { checkNode, commandEnv, endOnSignals, root, run, runMain, StepError, say, start } from "./steps.mjs";

const tsc = path.join(root, "node_modules", ".bin", "tsc");
const server = path.join(root, "apps", "web", "dist", "server");

await runMain(async () => {
  checkNode();
  endOnSignals();
  await installPackages();
  const env = commandEnv({ NODE_ENV: "development" });
  const turbo = path.join(root, "node_modules", ".bin", "turbo");
  if ((await run(turbo, ["run", "build", "--filter=@holdfast/web^...", "--output-logs=errors-only"])) !== 0) {
    throw new StepError("A package does not compile. Mend it, then run this again.");
  }
  if ((await run(tsc, ["-p", "apps/web/tsconfig.server.json"])) !== 0)
    throw new StepError("The server does not compile.");

  const packages = readdirSync(path.join(root, "packages")).map((name) => path.join("packages", name));
  for (const folder of packages) compileAlways(path.join(folder, "tsconfig.build.json"), env);
  compileAlways("apps/web/tsconfig.server.json", env);
  serveAlways([...packages.map((folder) => path.join(root, folder, "dist")), server], env);
});

function compileAlways(project, env) {
  start(tsc, ["-p", project, "--watch", "--preserveWatchOutput"], { env, stdio: ["ignore", "inherit", "inherit"] });
}

/** Runs the server; when a compiled file changes, ends it and runs it again. */
function serveAlways(folders, env) {
  let child = null;
  let timer = null;
  const serve = () => {
    const served = start(process.execPath, ["--enable-source-maps", path.join(server, "main.js")], { env });
    child = served;
    served.once("close", (code) => {
      served.ended = true;
      if (served.restarting) serve();
      else if (code) say("The server has ended; it starts again when a file changes.");
    });
  };
  const restart = () => {
    if (child.ended) return serve();
    child.restarting = true;
    child.kill("SIGTERM");
  };
  // Compilers rewrite files that stay the same: only another content is a change.
  const contents = new Map();
  const hasChanged = (file) => {
    const before = contents.get(file);
    const now = existsSync(file) ? readFileSync(file, "utf8") : "";
    contents.set(file, now);
    return now !== before && now !== "";
  };
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true }))
      if (name.endsWith(".js")) hasChanged(path.join(folder, name));
    watch(folder, { recursive: true }, (_event, name) => {
      if (!name?.endsWith(".js") || !hasChanged(path.join(folder, name))) return;
      clearTimeout(timer);
      timer = setTimeout(restart, 150);
    });
  }
  serve();
}
