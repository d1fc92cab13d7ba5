/**
 * OpenTelemetry for this process, set up as an application does it: once, before the first call. The library itself only
 * uses the API and works the same without an SDK.
 */
import {OTLPTraceExporter} from '@opentelemetry/exporter-trace-otlp-http';
import {NodeSDK} from '@opentelemetry/sdk-node';
import {BatchSpanProcessor} from '@opentelemetry/sdk-trace';

/** Under this name Jaeger lists the spans. */
export const SERVICE = 'before-after';

export interface Tracing {
  /** Sends what is left and stops. */
  stop(): Promise<void>;
}

/** Where the exporter sends by default, by the OTEL_* variables or without them. */
export function defaultEndpoint(env: NodeJS.ProcessEnv = process.env): string {
  return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT || 'http://localhost:4318';
}

/** @param receiverUrl Gets every span. @param collector Whether the collector at the default endpoint gets them too. */
export function startTracing(receiverUrl: string, collector: boolean): Tracing {
  const exporters = [new OTLPTraceExporter({url: receiverUrl})];
  if (collector) exporters.push(new OTLPTraceExporter());
  const sdk = new NodeSDK({
    serviceName: SERVICE,
    spanProcessors: exporters.map(exporter => new BatchSpanProcessor({exporter})),
    // Without these two the SDK would also export metrics and logs, which Jaeger does not take.
    metricReaders: [],
    logRecordProcessors: [],
    // Host name and command line have no place in a trace file that is passed around.
    autoDetectResources: false,
  });
  sdk.start();
  return {stop: () => sdk.shutdown()};
}
