import { defineConfig } from "vitest/config";

// Properties try many values; a machine that is busy must not fail them.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], testTimeout: 60_000 } });
