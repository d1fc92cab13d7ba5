/** Reads traces as Jaeger's UI reads them. */

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  /** Microseconds. */
  readonly startTime: number;
  readonly references: readonly {
    readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
    readonly traceID: string;
    readonly spanID: string;
  }[];
  readonly tags: readonly {readonly key: string; readonly value: string | number | boolean}[];
  readonly logs: readonly {
    readonly fields: readonly {readonly key: string; readonly value: string | number | boolean}[];
  }[];
  readonly warnings: readonly string[] | null;
}

/** Exporters send in batches and Jaeger stores in its own time: asks until the trace has so many spans. */
export async function traceOf(query: string, traceId: string, spans: number): Promise<JaegerSpan[]> {
  let found: JaegerSpan[] = [];
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(`${query}/api/traces/${traceId}`);
    const {data} = (await response.json()) as {data?: {spans: JaegerSpan[]}[]};
    found = data?.[0]?.spans ?? [];
    if (found.length >= spans) return found;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return found;
}

export async function get<T>(query: string, path: string): Promise<T> {
  const response = await fetch(`${query}${path}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export const tagOf = (span: JaegerSpan, key: string): unknown => span.tags.find(tag => tag.key === key)?.value;

/** Names of the span's events. */
export const eventsOf = ({logs}: JaegerSpan): unknown[] =>
  logs.map(({fields}) => fields.find(({key}) => key === 'event')?.value);

/**
 * A trace as a reader of the UI sees it: one line for a span, indented below its parent, in the order of its start; with its status or
 * error, its retry count, and what it is linked to.
 */
export function drawTrace(spans: readonly JaegerSpan[]): string[] {
  const byId = new Map(spans.map(span => [span.spanID, span]));
  const parentOf = ({references}: JaegerSpan): string | undefined =>
    references.find(({refType, spanID}) => refType === 'CHILD_OF' && byId.has(spanID))?.spanID;
  const draw = (span: JaegerSpan, depth: number): string[] => {
    const below = spans
      .filter(other => parentOf(other) === span.spanID)
      .sort((a, b) => attempt(a) - attempt(b) || a.startTime - b.startTime);
    return [`${'  '.repeat(depth)}${line(span, byId)}`, ...below.flatMap(child => draw(child, depth + 1))];
  };
  return spans.filter(span => parentOf(span) === undefined).flatMap(root => draw(root, 0));
}

const attempt = (span: JaegerSpan): number => Number(tagOf(span, 'steadfetch.attempt.number') ?? 0);

function line(span: JaegerSpan, byId: ReadonlyMap<string, JaegerSpan>): string {
  const words = [span.operationName, tagOf(span, 'span.kind')];
  const status = tagOf(span, 'http.response.status_code');
  const retry = tagOf(span, 'http.request.resend_count');
  const outcome = tagOf(span, 'steadfetch.call.outcome') ?? tagOf(span, 'steadfetch.attempt.outcome');
  if (status !== undefined) words.push(status as number);
  if (retry !== undefined) words.push(`retry ${retry}`);
  if (outcome !== undefined) words.push(outcome as string);
  if (tagOf(span, 'error') === true) words.push(`ERROR ${tagOf(span, 'error.type') ?? ''}`.trim());
  for (const {refType, spanID} of span.references) {
    const linked = byId.get(spanID);
    if (refType === 'FOLLOWS_FROM' && linked !== undefined) words.push(`-> attempt ${attempt(linked)}`);
  }
  return words.join(' · ');
}
