import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: "src/testing/global-setup.ts",
    isolate: false, // the modules are loaded once for each worker, not for each file: they keep no state of their own
    maxWorkers: 3, // several of them wait for clocks most of the time
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
