import { defineConfig } from "@playwright/test";
import { browserArgs, findBrowser } from "../scripts/browser.mjs";

const executablePath = findBrowser();

/** `pnpm screenshots`: the pictures in docs/screenshots, made anew. */
export default defineConfig({
  testDir: "screenshots",
  testMatch: "**/*.shots.ts",
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    launchOptions: { args: browserArgs, ...(executablePath && { executablePath }) },
    contextOptions: { reducedMotion: "reduce" },
  },
});
