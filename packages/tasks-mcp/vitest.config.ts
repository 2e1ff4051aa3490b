import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: fileURLToPath(import.meta.resolve("@holdfast/db/testing")),
    maxWorkers: 2, // they wait for the processes that they start
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
