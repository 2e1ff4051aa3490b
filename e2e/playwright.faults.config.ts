import { defineConfig } from "@playwright/test";

/** The faults suite: real processes in real trouble, one after the other, for each of them wants the machine to itself. */
export default defineConfig({
  testDir: "faults",
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
});
