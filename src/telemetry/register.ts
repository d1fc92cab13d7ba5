/**
 * Starts OpenTelemetry's Node SDK: `node --import steadfetch/register app.js`. Exports nothing.
 *
 * The standard variables configure it: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_SERVICE_NAME,
 * OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and so on. Only traces are exported, because Jaeger takes nothing else, unless a
 * variable asks for metrics or logs. One default differs: OTEL_EXPORTER_OTLP_TIMEOUT is 3000 ms, because an export that is under way
 * keeps the process.
 *
 * @throws SteadfetchError with code PEER_PACKAGE if \@opentelemetry/sdk-node is missing or older than 0.200.
 * @module
 */
import {createRequire} from 'node:module';
import {metrics, trace} from '@opentelemetry/api';
import type * as SdkNode from '@opentelemetry/sdk-node';
import {SteadfetchError} from '../core/errors.ts';
import {exportAtExit, exportAtSignals} from './last-export.ts';
import {loggerProvider} from './registered.ts';

/** A collector that does not answer keeps no application: what it has not taken by then is lost. */
const PATIENCE_MS = 3000;
const TIMEOUT = 'OTEL_EXPORTER_OTLP_TIMEOUT';

const {NodeSDK} = loadSdk();

/** Empty is unset, as OpenTelemetry's specification says. */
const isSet = (name: string): boolean => (process.env[name] ?? '').trim() !== '';
const asksFor = (signal: 'METRICS' | 'LOGS'): boolean =>
  isSet(`OTEL_${signal}_EXPORTER`) || isSet(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);

const sdk = startSdk();
/** The end of what `exportSoFar` began: the SDK's shutdown does not wait for a batch that is still to be sent. */
let exported: Promise<unknown> | undefined;
let stopped: Promise<void> | undefined;
const shutdown = (): Promise<void> => {
  stopped ??= Promise.resolve(exported).then(() => sdk.shutdown());
  return stopped;
};
const exporting = {shutdown, exportSoFar, patienceMs: PATIENCE_MS};
exportAtExit(exporting);
exportAtSignals(exporting);

function startSdk(): SdkNode.NodeSDK {
  const given = process.env[TIMEOUT];
  // Only while the exporters read it: child processes inherit the variables.
  if (!isSet(TIMEOUT)) process.env[TIMEOUT] = String(PATIENCE_MS);
  try {
    const sdk = new NodeSDK({
      ...(asksFor('METRICS') ? {} : {metricReaders: []}),
      ...(asksFor('LOGS') ? {} : {logRecordProcessors: []}),
    });
    sdk.start();
    return sdk;
  } finally {
    if (given === undefined) delete process.env[TIMEOUT];
    else process.env[TIMEOUT] = given;
  }
}

/** Without an end to recording. */
function exportSoFar(): void {
  const traces = trace.getTracerProvider() as {getDelegate?: () => unknown};
  const providers = [traces.getDelegate?.(), metrics.getMeterProvider(), loggerProvider()];
  exported = Promise.allSettled(
    providers.map(provider => (provider as {forceFlush?: () => Promise<void>}).forceFlush?.()),
  );
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
