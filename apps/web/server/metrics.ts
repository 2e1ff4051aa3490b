import { createServer } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { listen } from "./http-server.ts";
import type { RouteClass } from "./routes.ts";

/** Counts what is served; `register` renders it for Prometheus. */
export function createMetrics() {
  const registers = [new Registry()] as [Registry];
  const [register] = registers;
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: "holdfast_http_requests_total",
    help: "Requests answered, by route class, method and status.",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "holdfast_http_request_duration_seconds",
    help: "Time to the end of an answer, without event streams.",
    labelNames: ["route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    register,
    countRequest(route: RouteClass, method: string, status: number, seconds: number, streamed: boolean): void {
      requests.inc({ route, method, status });
      if (!streamed) duration.observe({ route }, seconds);
    },
    /** A value that is read when Prometheus asks. */
    gauge(name: string, help: string, read: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Serves `GET /metrics` on a port of its own. Resolves when it listens; the result closes it. */
export async function serveMetrics(
  { register }: Metrics,
  address: { host: string; port: number },
): Promise<() => void> {
  const server = createServer((req, res) => {
    if (req.url !== "/metrics" || req.method !== "GET") return void res.writeHead(404).end();
    register.metrics().then(
      (text) => res.writeHead(200, { "Content-Type": register.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  await listen(server, address, "METRICS_PORT");
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
