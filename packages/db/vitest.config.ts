import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: "src/test-server.ts",
    maxWorkers: 3, // several of them wait for clocks most of the time
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
