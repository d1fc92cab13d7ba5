/**
 * The OpenTelemetry observer, for clients that set its options.
 *
 * @module
 */
export {type UndiciHooks, type UndiciRequest, undiciHooks} from './telemetry/delegated-attempt.ts';
export type {OtelOptions} from './telemetry/options.ts';
export {otelObserver} from './telemetry/otel-observer.ts';
