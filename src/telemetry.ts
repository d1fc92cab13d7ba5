/** `steadfetch/telemetry`: the OpenTelemetry observer, for those who want to set its options. */
export {type UndiciHooks, undiciHooks} from './telemetry/delegated-attempt.ts';
export type {OtelOptions} from './telemetry/options.ts';
export {otelObserver} from './telemetry/otel-observer.ts';
