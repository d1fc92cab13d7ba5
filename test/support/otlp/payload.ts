/** OTLP payloads, as far as the tests read them. */

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: {readonly values: readonly AnyValue[]};
}
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
export interface Scope {
  readonly name: string;
  readonly version?: string;
}
export interface Resource {
  readonly attributes: readonly KeyValue[];
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly events: readonly {readonly name: string; readonly attributes: readonly KeyValue[]}[];
  readonly links: readonly {readonly spanId: string; readonly attributes: readonly KeyValue[]}[];
  readonly status: {readonly code?: number; readonly message?: string};
}
export interface TracesPayload {
  readonly resourceSpans: readonly {
    readonly resource: Resource;
    readonly scopeSpans: readonly {
      readonly scope: Scope;
      readonly schemaUrl: string;
      readonly spans: readonly OtlpSpan[];
    }[];
  }[];
}

export interface DataPoint {
  readonly attributes: readonly KeyValue[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
  readonly asDouble?: number;
  readonly asInt?: string;
}
export interface OtlpMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly histogram?: {readonly aggregationTemporality: number; readonly dataPoints: readonly DataPoint[]};
  readonly sum?: {
    readonly aggregationTemporality: number;
    readonly isMonotonic?: boolean;
    readonly dataPoints: readonly DataPoint[];
  };
  readonly gauge?: {readonly dataPoints: readonly DataPoint[]};
}
export interface MetricsPayload {
  readonly resourceMetrics: readonly {
    readonly resource: Resource;
    readonly scopeMetrics: readonly {
      readonly scope: Scope;
      readonly schemaUrl: string;
      readonly metrics: readonly OtlpMetric[];
    }[];
  }[];
}

export interface OtlpLogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
}
export interface LogsPayload {
  readonly resourceLogs: readonly {
    readonly resource: Resource;
    readonly scopeLogs: readonly {
      readonly scope: Scope;
      readonly schemaUrl: string;
      readonly logRecords: readonly OtlpLogRecord[];
    }[];
  }[];
}
