// Which Chromium the tests drive.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./steps.mjs";

/** Chromium without its windows: the tests take a third less of the processor with it. */
const shell = "/usr/bin/chromium-headless-shell";

const ofSystem = [
  shell,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * The path of a browser that is here already, or null.
 * @returns {string | null}
 */
export function findBrowser() {
  const named = process.env.PLAYWRIGHT_CHROMIUM_PATH;
  return [named, playwrightsOwn(), ...ofSystem].find((file) => file && existsSync(file)) ?? null;
}

/**
 * Whether the shell can and should be installed: by root, which runs the tests in a container, where nobody named a browser.
 * @returns {boolean}
 */
export function wantsShell() {
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  return canInstall && !process.env.PLAYWRIGHT_CHROMIUM_PATH && !existsSync(shell);
}

/** As root Chromium has no sandbox; and it must ask nothing of the network by itself. */
export const browserArgs = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--no-first-run",
];

function playwrightsOwn() {
  try {
    const require = createRequire(path.join(root, "e2e", "package.json"));
    return require("@playwright/test").chromium.executablePath();
  } catch {
    return null; // not installed yet
  }
}
