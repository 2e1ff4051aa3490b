// A server in waiting, for dev.mjs: it loads what does not change and takes longest, and serves when it is told to.
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./steps.mjs";

const dependencies = {
  "packages/db": ["typeorm", "pg"],
  "packages/api": ["better-auth", "better-auth/api", "better-auth/db/migration", "@trpc/server", "zod-openapi"],
  "packages/assistant": ["@ai-sdk/anthropic", "@ai-sdk/openai-compatible", "@modelcontextprotocol/sdk/client/index.js"],
  "apps/web": ["next", "pino", "prom-client"],
};

const isAlone = () => process.exit(0);
process.once("disconnect", isAlone);
const isTold = once(process, "message");
for (const [folder, names] of Object.entries(dependencies)) {
  const from = pathToFileURL(path.join(root, folder, "package.json"));
  for (const name of names) await import(import.meta.resolve(name, from));
}
await isTold;
process.off("disconnect", isAlone);
await import(pathToFileURL(path.join(root, "apps/web/dist/server/main.js")));
if (process.connected) process.send("ready", () => process.disconnect());
