import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: "src/testing/global-setup.ts",
    maxWorkers: 3, // several of them wait for clocks most of the time
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
