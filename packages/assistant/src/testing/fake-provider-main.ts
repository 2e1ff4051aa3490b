/** `node fake-provider-main.js [port]`: the fake provider on its own, for end-to-end tests and for trying things out. */
import { startFakeProvider } from "./fake-provider.ts";

const provider = await startFakeProvider({ port: Number(process.argv[2] ?? 0) });
process.stdout.write(`${JSON.stringify({ port: provider.port, baseUrl: provider.baseUrl })}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void provider.stop().then(() => process.exit(0)));
