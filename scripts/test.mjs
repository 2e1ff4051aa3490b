// npm test: everything that must hold, from nothing. Ends with how many tests passed and failed.
import path from "node:path";
import { findBrowser, wantsShell } from "./browser.mjs";
import { buildApp, installPackages } from "./prepare.mjs";
import { checkNode, commandEnv, endOnSignals, root, run, runMain, StepError, say } from "./steps.mjs";

const bin = (name) => path.join(root, "node_modules", ".bin", name);
const counts = { passed: 0, failed: 0 };

await runMain(async () => {
  checkNode();
  endOnSignals();
  await installPackages();
  const browser = await installBrowser();
  await buildApp();
  const env = commandEnv({ PLAYWRIGHT_CHROMIUM_PATH: browser, FORCE_COLOR: "0" });

  await check("Format and lint", bin("biome"), ["check", "--error-on-warnings", "."], env);
  await check("Types", bin("turbo"), ["run", "typecheck", "--output-logs=errors-only"], env);
  await check("Unused code and dependencies", bin("knip"), [], env);
  await check("Requirements that no test names", process.execPath, ["scripts/check-requirements.mjs"], env);
  // One package after the other: their servers and their workers are enough for two cores.
  await tests(
    "Unit and integration",
    bin("turbo"),
    ["run", "test", "--concurrency=1", "--continue", "--output-logs=full"],
    env,
  );
  await tests("End to end", bin("pnpm"), ["--filter", "@holdfast/e2e", "e2e"], env);

  say(`\n${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
});

/** A step that holds or does not. */
async function check(title, command, args, env) {
  say(`\n— ${title}`);
  const code = await run(command, args, { env });
  count(code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

/** A step of many tests, counted from what their runners print at the end. */
async function tests(title, command, args, env) {
  say(`\n— ${title}`);
  const found = { passed: 0, failed: 0 };
  const code = await run(command, args, {
    env,
    onLine: (line) => {
      say(line);
      const summary = summaryOf(line);
      found.passed += summary.passed;
      found.failed += summary.failed;
    },
  });
  // A runner that fails without a failed test (a crash, a file that cannot be read) is a failure too.
  count(code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found);
}

function count({ passed, failed }) {
  counts.passed += passed;
  counts.failed += failed;
}

/** The counts in a line of Vitest ("Tests  1 failed | 12 passed (13)") or Playwright ("  12 passed (3m)", "  1 failed"). */
function summaryOf(line) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const plain = line.replace(/\u001b\[[\d;]*m/g, "");
  const vitest = /\bTests {2}(.*\(\d+\))/.exec(plain)?.[1];
  const playwright = /^\s+(\d+ (?:passed(?: \(.*\))?|failed|flaky|did not run))$/.exec(plain)?.[1];
  const text = vitest ?? playwright ?? "";
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
  return { passed: number("passed"), failed: number("failed") + number("flaky") + number("did not run") };
}

/** A browser that is here, else Playwright's, else (as root, with apt) the system's. */
async function installBrowser() {
  if (wantsShell()) await installPackage("chromium-headless-shell");
  const found = findBrowser();
  if (found) return found;
  say("Installing a browser for the tests…");
  await run(bin("pnpm"), ["--filter", "@holdfast/e2e", "exec", "playwright", "install", "--with-deps", "chromium"]);
  if (!findBrowser() && process.getuid?.() === 0) await installPackage("chromium");
  const installed = findBrowser();
  if (installed) return installed;
  throw new StepError(
    "The tests need Chromium. Install it, or name one: PLAYWRIGHT_CHROMIUM_PATH=/path/to/chromium npm test",
  );
}

/** Of Debian. Where it cannot be had, the tests go on with what there is. */
async function installPackage(name) {
  say(`Installing ${name} for the tests…`);
  const patience = ["-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1"];
  await run("apt-get", [...patience, "update", "-qq"]);
  await run("apt-get", [...patience, "install", "-y", "-qq", "--no-install-recommends", name], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
