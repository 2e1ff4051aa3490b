import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Span, SpanAttributes } from "@holdfast/assistant";
import {
  type Context,
  defaultTextMapGetter,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { ExportResultCode, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { TracingSettings } from "./config.ts";
import type { Tracing } from "./tracing.ts";

/** What is left at the end gets no longer than this: a collector that is away must not hold the end up. */
const farewellMs = 1_000;

/**
 * Traces over OTLP/HTTP, by OpenTelemetry's own SDK; batches, headers, samplers and limits follow its environment variables.
 * Nothing is registered globally, so that no library begins spans of its own, whose attributes we would not know.
 */
export function createOtlpTracing({ url, serviceName }: TracingSettings, log: Logger): Tracing {
  const identity = resourceFromAttributes({ "service.name": "holdfast", "service.instance.id": randomUUID() });
  const named = resourceFromAttributes(serviceName === undefined ? {} : { "service.name": serviceName });
  const exporter = watched(new OTLPTraceExporter({ url }), log);
  const provider = new BasicTracerProvider({
    resource: identity.merge(detectResources({ detectors: [envDetector] })).merge(named),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("holdfast");
  const propagator = new W3CTraceContextPropagator();
  const active = new AsyncLocalStorage<TracedSpan>();

  return {
    begin: (name, attributes) => startSpan(tracer, name, { attributes }, active.getStore()?.context ?? ROOT_CONTEXT),
    beginLinked(name, attributes) {
      const origin = active.getStore();
      const links = origin ? [{ context: origin.span.spanContext() }] : [];
      return startSpan(tracer, name, { attributes, links, root: true }, ROOT_CONTEXT);
    },
    receive(name, headers: IncomingHttpHeaders, attributes) {
      const caller = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      return startSpan(tracer, name, { kind: SpanKind.SERVER, attributes }, caller);
    },
    within: (span, work) => active.run(span as TracedSpan, work), // they are all made here
    isActive: () => active.getStore() !== undefined,
    ids(span) {
      const at = (span as TracedSpan | undefined) ?? active.getStore(); // they are all made here
      if (!at) return undefined;
      const { traceId, spanId } = at.span.spanContext();
      return { trace_id: traceId, span_id: spanId };
    },
    async close() {
      const closing = provider.shutdown().catch(() => undefined); // the failure to send has been told
      await Promise.race([closing, delay(farewellMs, undefined, { ref: false })]);
    },
  };
}

class TracedSpan implements Span {
  readonly span: OtelSpan;
  readonly context: Context;
  readonly #tracer: OtelTracer;

  constructor(tracer: OtelTracer, span: OtelSpan, parent: Context) {
    this.#tracer = tracer;
    this.span = span;
    this.context = trace.setSpan(parent, span);
  }

  begin(name: string, attributes: SpanAttributes): Span {
    return startSpan(this.#tracer, name, { attributes }, this.context);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.span.setAttribute("error.type", failure);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

function startSpan(tracer: OtelTracer, name: string, options: SpanOptions, parent: Context): TracedSpan {
  return new TracedSpan(tracer, tracer.startSpan(name, options, parent), parent);
}

/** Says once that spans cannot be sent, and once that they can again. */
function watched(exporter: SpanExporter, log: Logger): SpanExporter {
  let isLosing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const isLost = result.code !== ExportResultCode.SUCCESS;
        if (isLost && !isLosing) log.warn({ reason: reasonOf(result.error) }, "traces cannot be sent");
        if (!isLost && isLosing) log.info({}, "traces are sent again");
        isLosing = isLost;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** The collector's status, or the network's code; what it said beside that is its own. */
function reasonOf(error: Error | undefined): unknown {
  return (error as { code?: unknown } | undefined)?.code ?? error?.name;
}
