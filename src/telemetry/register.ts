/**
 * `node --import steadfetch/register app.js`: OpenTelemetry's Node SDK with an OTLP/HTTP exporter, in one import.
 *
 * Everything is set by the standard variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and so
 * on. Traces only, unless OTEL_METRICS_EXPORTER or OTEL_LOGS_EXPORTER ask for more: Jaeger takes nothing else.
 */
import {trace} from '@opentelemetry/api';
import {OTLPTraceExporter} from '@opentelemetry/exporter-trace-otlp-http';
import {NodeSDK} from '@opentelemetry/sdk-node';

const {OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER, OTEL_TRACES_EXPORTER} = process.env;

const sdk = new NodeSDK({
  ...(OTEL_TRACES_EXPORTER === undefined ? {traceExporter: new OTLPTraceExporter()} : {}),
  ...(OTEL_METRICS_EXPORTER === undefined ? {metricReaders: []} : {}),
  ...(OTEL_LOGS_EXPORTER === undefined ? {logRecordProcessors: []} : {}),
});
sdk.start();

/** A collector that does not answer keeps no application: what it has not taken by then is lost. */
const PATIENCE_MS = 1000;

let flushed: Promise<boolean> | undefined;
/** What was recorded last would be lost: exporters send in batches. Nothing listening is no reason to complain. */
const flush = (): Promise<boolean> => {
  flushed ??= Promise.race([sdk.shutdown().then(yes, yes), patience()]);
  return flushed;
};
const yes = (): boolean => true;
const patience = (): Promise<boolean> => new Promise(resolve => setTimeout(resolve, PATIENCE_MS, false).unref());

process.once('beforeExit', () => {
  flush().then(done => {
    if (!done) process.exit(); // Only the exporter, trying again and again, kept the process.
  });
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // An application that handles the signal itself also ends itself, and may have work to finish, with spans of its own.
    if (process.listenerCount(signal) > 0) exportSoFar();
    else flush().finally(() => process.kill(process.pid, signal));
  });
}

/** Without an end to recording: it may call `process.exit` next. */
function exportSoFar(): void {
  const {getDelegate} = trace.getTracerProvider() as {getDelegate?: () => {forceFlush?: () => Promise<void>}};
  getDelegate
    ?.call(trace.getTracerProvider())
    .forceFlush?.()
    .catch(() => {});
}
