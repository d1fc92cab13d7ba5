/**
 * The SDK that is registered with OpenTelemetry's API. Looked up at each call, because SDKs may be registered late, and tests change them.
 * Each look-up returns null while no SDK is registered.
 */

import type {Logger, Meter, Tracer} from '@opentelemetry/api';
import * as api from '@opentelemetry/api';
import {SteadfetchError} from '../core/errors.ts';
import {VERSION} from '../core/version.ts';
import {Instruments} from './instruments.ts';
import {SCHEMA_URL, SCOPE} from './scope.ts';

const OPTIONS = {schemaUrl: SCHEMA_URL};

/** Metrics exist from version 1.3 of the API on. */
export function requireApi(): void {
  if ('createNoopMeter' in api) return;
  throw new SteadfetchError(
    'PEER_PACKAGE',
    'steadfetch needs @opentelemetry/api 1.3 or later: run "npm install @opentelemetry/api@1", or import steadfetch/core.',
  );
}

interface ProxyProvider {
  getDelegate(): unknown;
  getDelegateTracer(name: string, version: string, options: {schemaUrl: string}): Tracer | undefined;
}
let seenDelegate: unknown;
let seenTracer: Tracer | null = null;

export function registeredTracer(): Tracer | null {
  const provider = api.trace.getTracerProvider() as api.TracerProvider & Partial<ProxyProvider>;
  if (provider.getDelegate === undefined || provider.getDelegateTracer === undefined)
    return provider.getTracer(SCOPE, VERSION, OPTIONS);
  const delegate = provider.getDelegate();
  if (delegate !== seenDelegate) {
    seenDelegate = delegate;
    seenTracer = provider.getDelegateTracer(SCOPE, VERSION, OPTIONS) ?? null;
  }
  return seenTracer;
}

let seenMeters: unknown;
let seenInstruments: Instruments | null = null;

/** Made at the first use: instruments that were made before their provider never record. */
export function registeredInstruments(): Instruments | null {
  const provider = api.metrics.getMeterProvider();
  if (provider !== seenMeters) {
    seenMeters = provider;
    const meter: Meter = provider.getMeter(SCOPE, VERSION, OPTIONS);
    seenInstruments = meter === api.createNoopMeter() ? null : new Instruments(meter);
  }
  return seenInstruments;
}

export interface LoggerProvider {
  getLogger(name: string, version: string, options: {schemaUrl: string}): Logger;
}
/** The API has logs from 1.10 on. Before that they are in a package of their own, which is known by this symbol. */
const LOGS_BEFORE_1_10 = Symbol.for('io.opentelemetry.js.api.logs');
const logs: {getLoggerProvider(): LoggerProvider} | undefined = 'logs' in api ? api.logs : undefined;
let seenLoggers: unknown;
let seenLogger: Logger | null = null;

/** undefined where neither the API nor the package of before has logs. */
export function loggerProvider(): LoggerProvider | undefined {
  const before = (globalThis as {[LOGS_BEFORE_1_10]?: (version: number) => LoggerProvider})[LOGS_BEFORE_1_10];
  return before === undefined ? logs?.getLoggerProvider() : before(1);
}

export function registeredLogger(): Logger | null {
  const provider = loggerProvider();
  if (provider !== seenLoggers) {
    seenLoggers = provider;
    const logger = provider?.getLogger(SCOPE, VERSION, OPTIONS);
    // A logger without an SDK is never enabled.
    seenLogger = logger === undefined || !isEnabled(logger) ? null : logger;
  }
  return seenLogger;
}

type Asked = Parameters<Logger['enabled']>[0];

/** @param asked Nothing: for any record at all. Loggers of old versions cannot be asked. */
export function isEnabled(logger: Logger, asked: Asked = {severityNumber: 24}): boolean {
  return (logger as Partial<Logger>).enabled?.(asked) ?? true;
}
