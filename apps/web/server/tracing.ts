import type { IncomingHttpHeaders } from "node:http";
import type { Tracer } from "@holdfast/api";
import type { Span } from "@holdfast/assistant";
import type { Logger } from "pino";
import type { TracingSettings } from "./config.ts";

/** What the process traces with. Of OpenTelemetry nothing is loaded, and nothing is done, unless it is configured. */
export interface Tracing extends Tracer {
  /** A span for a request, which continues the trace that its `traceparent` names. */
  receive(name: string, headers: IncomingHttpHeaders, attributes: Parameters<Span["set"]>[0]): Span;
  /** Whether a span is active here: what is too small to be a trace of its own begins none without. */
  isActive(): boolean;
  /** For log lines: which trace a span is of. Of the active one, unless another is given. */
  ids(span?: Span): TraceIds | undefined;
  /** Sends what has not been sent, as far as that is soon done. */
  close(): Promise<void>;
}

export interface TraceIds {
  trace_id: string;
  span_id: string;
}

export async function openTracing(settings: TracingSettings | null, log: Logger): Promise<Tracing | undefined> {
  if (settings === null) return undefined;
  const { createOtlpTracing } = await import("./otlp-tracing.ts");
  return createOtlpTracing(settings, log);
}
