import { defineConfig } from "@playwright/test";
import { browserArgs, findBrowser } from "../scripts/browser.mjs";
import type { Settings } from "./fixtures/test.ts";

const executablePath = findBrowser();

export default defineConfig<object, Settings>({
  testDir: "specs",
  globalSetup: "./fixtures/global-setup.ts",
  fullyParallel: false,
  // Each has a server, a database and a browser of its own, and waits for them most of the time.
  workers: 3,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    // Tracing each test costs more than it gives: `pnpm e2e --trace on` for the one that fails.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: { args: browserArgs, ...(executablePath && { executablePath }) },
    viewport: { width: 1280, height: 800 },
    contextOptions: { reducedMotion: "reduce" },
  },
});
