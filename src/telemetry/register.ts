/**
 * Starts OpenTelemetry's Node SDK: `node --import steadfetch/register app.js`. Exports nothing.
 *
 * The standard variables configure it: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_SERVICE_NAME,
 * OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and so on. Only traces are exported, because Jaeger takes nothing else, unless a
 * variable asks for metrics or logs.
 *
 * @throws SteadfetchError with code PEER_PACKAGE if \@opentelemetry/sdk-node is missing or older than 0.200.
 * @module
 */
import {createRequire} from 'node:module';
import {metrics, trace} from '@opentelemetry/api';
import type * as SdkNode from '@opentelemetry/sdk-node';
import {SteadfetchError} from '../core/errors.ts';
import {loggerProvider} from './registered.ts';

const {NodeSDK} = loadSdk();

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
/** Exporters send in batches, so the last records would be lost without a flush. A missing collector causes no message. */
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
  for (const provider of [traces.getDelegate?.(), metrics.getMeterProvider(), loggerProvider()])
    (provider as {forceFlush?: () => Promise<void>}).forceFlush?.().catch(() => {});
}

/** `require` throws where it is called, so that the error can name the remedy; a package that a static import misses cannot be caught. */
function loadSdk(): typeof SdkNode {
  try {
    const sdk: typeof SdkNode = createRequire(import.meta.url)('@opentelemetry/sdk-node');
    if (!isOld(sdk)) return sdk;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
  }
  const refusal = new SteadfetchError(
    'PEER_PACKAGE',
    'steadfetch/register needs @opentelemetry/sdk-node 0.200 or later: run "npm install @opentelemetry/sdk-node", or leave steadfetch/register out.',
  );
  refusal.stack = `${refusal.name}: ${refusal.message}`; // The stack would not help an operator.
  throw refusal;
}

/** Below 0.200, where the variables for metrics are not read. The packages that the SDK re-exports show it; 0.300 re-exports none. */
function isOld(sdk: typeof SdkNode): boolean {
  const {resources}: {readonly resources?: object; readonly NodeSDK: unknown} = sdk;
  return resources !== undefined && !('resourceFromAttributes' in resources);
}
