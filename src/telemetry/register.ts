/**
 * `node --import steadfetch/register app.js`: OpenTelemetry's Node SDK in one import.
 *
 * Everything is set by the standard variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_SERVICE_NAME,
 * OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and so on. Traces only, unless a variable asks for metrics or logs: Jaeger takes
 * nothing else.
 */
import {logs, metrics, trace} from '@opentelemetry/api';
import {NodeSDK} from '@opentelemetry/sdk-node';

const asksFor = (signal: 'METRICS' | 'LOGS'): boolean =>
  process.env[`OTEL_${signal}_EXPORTER`] !== undefined ||
  process.env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] !== undefined;

const sdk = new NodeSDK({
  ...(asksFor('METRICS') ? {} : {metricReaders: []}),
  ...(asksFor('LOGS') ? {} : {logRecordProcessors: []}),
});
sdk.start();

/** A collector that does not answer keeps no application: what it has not taken by then is lost. */
const PATIENCE_MS = 3000;

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
  const traces = trace.getTracerProvider() as {getDelegate?: () => unknown};
  for (const provider of [traces.getDelegate?.(), metrics.getMeterProvider(), logs.getLoggerProvider()])
    (provider as {forceFlush?: () => Promise<void>}).forceFlush?.().catch(() => {});
}
