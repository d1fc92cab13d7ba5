/** Spans in the order of a waterfall: each below its parent, siblings by their start. */
import type {Span} from './otlp.ts';

export interface TreeSpan {
  readonly span: Span;
  readonly depth: number;
  /** When the sibling before ended, if that was before this one started: between them is the wait. */
  readonly previousEndMs: number | null;
}

export function treeOf(spans: readonly Span[]): readonly TreeSpan[] {
  const ids = new Set(spans.map(span => span.spanId));
  // The parent may be somewhere else, in a process whose spans are not here.
  const children = Map.groupBy(spans, span => (ids.has(span.parentSpanId) ? span.parentSpanId : ''));
  const tree: TreeSpan[] = [];
  const add = (parent: string, depth: number): void => {
    const siblings = (children.get(parent) ?? []).toSorted((a, b) => a.startMs - b.startMs);
    // What was added once is not added again: broken ids must not send us round for ever.
    children.delete(parent);
    for (const [index, span] of siblings.entries()) {
      const previous = siblings[index - 1];
      const waited = depth > 0 && previous !== undefined && previous.endMs <= span.startMs;
      tree.push({span, depth, previousEndMs: waited ? previous.endMs : null});
      add(span.spanId, depth + 1);
    }
  };
  add('', 0);
  // What is left hangs together in a circle: any of them will do as the first.
  for (const parent of children.keys()) add(parent, 0);
  return tree;
}

/** At about this length of a trace both an attempt of a few milliseconds and the waits can be seen. */
const legibleMs = 250;

/** The trace that shows most: the call succeeded in the end, with the most attempts, at a legible length. */
export function tellingTrace(spans: readonly Span[]): readonly Span[] {
  const traces = [...Map.groupBy(spans, span => span.traceId).values()];
  const attempts = (trace: readonly Span[]): number => trace.filter(span => span.kind === 'client').length;
  const failed = (trace: readonly Span[]): number => trace.filter(span => span.kind !== 'client' && span.failed).length;
  const illegible = (trace: readonly Span[]): number => {
    const tookMs = Math.max(...trace.map(span => span.endMs)) - Math.min(...trace.map(span => span.startMs));
    return Math.abs(tookMs - legibleMs);
  };
  const [telling = []] = traces.toSorted(
    (a, b) => failed(a) - failed(b) || attempts(b) - attempts(a) || illegible(a) - illegible(b),
  );
  return telling;
}
