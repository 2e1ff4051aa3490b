// npm start: installs and builds what is missing, then becomes the server.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { buildApp, installPackages } from "./prepare.mjs";
import { checkNode, endOnSignals, root, runMain } from "./steps.mjs";

await runMain(async () => {
  checkNode();
  const undo = endOnSignals();
  await installPackages();
  await buildApp();
  undo();
  process.env.NODE_ENV = "production";
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  await import(pathToFileURL(path.join(root, "apps", "web", "dist", "server", "main.js")).href);
});
