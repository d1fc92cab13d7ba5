/** Spans as OTLP/JSON carries them, and as a reader wants them. */

/** The fields of an OTLP export that this example reads. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export interface ResourceSpans {
  readonly resource?: unknown;
  readonly scopeSpans?: readonly {readonly scope?: unknown; readonly spans?: readonly OtlpSpan[]}[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string | number;
  readonly endTimeUnixNano: string | number;
  readonly attributes?: readonly OtlpAttribute[];
  readonly events?: readonly {
    readonly name: string;
    readonly timeUnixNano: string | number;
    readonly attributes?: readonly OtlpAttribute[];
  }[];
  readonly links?: readonly {readonly spanId: string}[];
  readonly status?: {readonly code?: number};
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly boolValue?: boolean;
    readonly intValue?: string | number;
    readonly doubleValue?: number;
  };
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'client' | 'other';
  /** Milliseconds since 1970, with their fraction. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Attributes;
  readonly events: readonly {readonly name: string; readonly atMs: number; readonly attributes: Attributes}[];
  /** Ids of the spans this one points to. */
  readonly links: readonly string[];
}

export function spansOf(resourceSpans: readonly ResourceSpans[]): readonly Span[] {
  return resourceSpans.flatMap(({scopeSpans = []}) => scopeSpans.flatMap(({spans = []}) => spans.map(span)));
}

function span(otlp: OtlpSpan): Span {
  return {
    traceId: otlp.traceId,
    spanId: otlp.spanId,
    parentSpanId: otlp.parentSpanId ?? '',
    name: otlp.name,
    // OTLP counts from 1; the enumeration of the OpenTelemetry API counts from 0.
    kind: otlp.kind === 1 ? 'internal' : otlp.kind === 3 ? 'client' : 'other',
    startMs: milliseconds(otlp.startTimeUnixNano),
    endMs: milliseconds(otlp.endTimeUnixNano),
    failed: otlp.status?.code === 2,
    attributes: attributes(otlp.attributes),
    events: (otlp.events ?? []).map(event => ({
      name: event.name,
      atMs: milliseconds(event.timeUnixNano),
      attributes: attributes(event.attributes),
    })),
    links: (otlp.links ?? []).map(link => link.spanId),
  };
}

// Nanoseconds since 1970 are beyond 2^53; microseconds are not.
const milliseconds = (nanoseconds: string | number): number => Number(BigInt(nanoseconds) / 1000n) / 1000;

/** Lists and maps are left out: no bar and no label needs them. */
function attributes(otlp: readonly OtlpAttribute[] = []): Attributes {
  const plain: Record<string, string | number | boolean> = {};
  for (const {key, value} of otlp) {
    // An int64 is a string in JSON by the specification, and a number from OpenTelemetry JS.
    const simple = value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.intValue;
    if (simple !== undefined) plain[key] = value.intValue === undefined ? simple : Number(value.intValue);
  }
  return plain;
}
