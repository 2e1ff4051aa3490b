import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Plain JavaScript, so that a start need not compile it. @type {import("next").NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The custom server compresses the API; Next compresses its pages and assets itself.
  compress: true,
  devIndicators: false,
  turbopack: { root: repository },
  outputFileTracingRoot: repository,
  // Never bundled: TypeORM breaks silently when its class names are minified. Only types of these are imported.
  serverExternalPackages: ["@holdfast/api", "@holdfast/db", "@holdfast/assistant", "typeorm", "pg", "better-auth"],
  images: { unoptimized: true },
  experimental: {
    optimizePackageImports: ["lucide-react"],
  },
};

export default config;
