// Which Chromium the tests drive.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./steps.mjs";

const ofSystem = [
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
