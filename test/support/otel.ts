/** OpenTelemetry's own SDK, in memory. Set up and taken down by each file that needs it: the API's globals are shared. */
import {context, DiagLogLevel, diag, logs, metrics, propagation, SpanKind, trace} from '@opentelemetry/api';
import {MetricReader} from '@opentelemetry/sdk-metrics';
import {NodeSDK, type NodeSDKConfiguration} from '@opentelemetry/sdk-node';
import {InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor} from '@opentelemetry/sdk-trace';

export class Tracing {
  /** What the SDK said of spans that were used after their end. */
  readonly complaints: string[] = [];
  readonly #exporter = new InMemorySpanExporter();
  readonly #open = new Map<string, string>();
  readonly #sdk: NodeSDK;

  constructor(configuration: Partial<NodeSDKConfiguration> = {}) {
    const complain = (message: string): void => void this.complaints.push(message);
    const ignore = (): void => {};
    diag.setLogger(
      {error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore},
      {logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true},
    );
    const watch = {
      onStart: (span: ReadableSpan): void => void this.#open.set(span.spanContext().spanId, span.name),
      onEnd: (span: ReadableSpan): void => void this.#open.delete(span.spanContext().spanId),
      forceFlush: async (): Promise<void> => {},
      shutdown: async (): Promise<void> => {},
    };
    this.#sdk = new NodeSDK({
      spanProcessors: [new SimpleSpanProcessor({exporter: this.#exporter}), watch],
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [],
      autoDetectResources: false,
      ...configuration,
    });
    this.#sdk.start();
  }

  /** Names of spans that were started and not ended. */
  get open(): string[] {
    return [...this.#open.values()];
  }

  get spans(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  get calls(): ReadableSpan[] {
    return this.spans.filter(({kind}) => kind === SpanKind.INTERNAL);
  }

  /** In the order they were started. */
  get attempts(): ReadableSpan[] {
    return this.spans
      .filter(({kind}) => kind === SpanKind.CLIENT)
      .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
  }

  /** Resolves when every span has ended, or after so long that it never will: other instrumentations end theirs with the body. */
  async quiet(): Promise<void> {
    for (let round = 0; round < 100 && this.#open.size > 0; round++) await new Promise(done => setTimeout(done, 5));
  }

  reset(): void {
    this.#exporter.reset();
    this.#open.clear();
    this.complaints.length = 0;
  }

  async stop(): Promise<void> {
    await this.#sdk.shutdown();
    unregister();
  }
}

/** The API is as it was before any SDK. */
export function unregister(): void {
  for (const api of [trace, context, propagation, logs, metrics, diag]) api.disable();
}

/** The traceparent that a span sends. */
export function traceparentOf(span: ReadableSpan): string {
  const {traceId, spanId, traceFlags} = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Collects on demand. */
export class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
