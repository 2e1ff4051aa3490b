# Two stages: build with everything, run with what is needed. The image embeds no database: set DATABASE_URL.
FROM node:20-bookworm-slim AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1 CI=true
RUN npm install --global pnpm@10.34.8
COPY . .
RUN pnpm install --frozen-lockfile && pnpm build
# What runs: the built packages and their own dependencies, at the lockfile's versions.
RUN find . -name node_modules -type d -prune -exec rm -rf {} + \
  && pnpm install --prod --frozen-lockfile --no-optional --filter "@holdfast/web..." \
  && mkdir -p /app/apps && cp -a package.json node_modules packages /app/ && cp -a apps/web /app/apps/web \
  && find /app/packages /app/apps -path '*/node_modules' -prune -o \( -name '*.test.*' -o -name .turbo -o -name cache \) -exec rm -rf {} + \
  && find /app -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 HOLDFAST_DATA_DIR=/tmp/holdfast NEXT_TELEMETRY_DISABLED=1 \
  NODE_OPTIONS=--max-old-space-size=640
WORKDIR /app
COPY --from=build --chown=root:root /app .
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/api/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "apps/web/dist/server/main.js"]
