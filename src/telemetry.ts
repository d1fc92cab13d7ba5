/** `steadfetch/telemetry`: the OpenTelemetry observer, for those who want to set its options. */
export {type OtelOptions, otelObserver} from './telemetry/otel-observer.ts';
