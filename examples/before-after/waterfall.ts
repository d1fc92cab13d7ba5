/**
 * One trace as a waterfall: spans -> text, one line per span on a common time axis, events below.
 *
 * Pure: the width and whether colours are wanted come in as options. Every sign is one column wide and says the same
 * without colour.
 */
import type {Span} from './otlp.ts';
import {type Paint, plain} from './paint.ts';
import {type TreeSpan, treeOf} from './span-tree.ts';

export interface WaterfallOptions {
  /** Columns of the terminal. */
  readonly width?: number;
  readonly paint?: Paint;
}

const signs = {attempt: '█', failed: '▒', call: '─', wait: '·', event: '◆'} as const;
const legend = `${signs.attempt} attempt  ${signs.failed} failed attempt  ${signs.call} call  ${signs.wait} wait  ${signs.event} event`;
const minWidth = 32;
const minBar = 10;

export function waterfall(spans: readonly Span[], {width = 80, paint = plain}: WaterfallOptions = {}): string {
  if (spans.length === 0) return 'no spans';
  const startMs = Math.min(...spans.map(span => span.startMs));
  const endMs = Math.max(...spans.map(span => span.endMs));
  const tree = treeOf(spans);
  const rows = tree.map(entry => ({
    ...entry,
    label: `${'  '.repeat(entry.depth)}${entry.span.kind === 'client' ? '▸' : '○'} ${entry.span.name}`,
    took: duration(entry.span.endMs - entry.span.startMs),
    facts: factsOf(entry.span, spans),
  }));

  const title = `trace ${spans[0]!.traceId.slice(0, 8)}`;
  const room = roomFor(Math.max(width, minWidth), [...rows, {label: title, took: '', facts: ''}]);
  const axis: Axis = {startMs, perCell: (endMs - startMs || 1) / room.bar, cells: room.bar};
  const line = (label: string, bar: string, took: string, facts: string): string =>
    [cut(label, room.label).padEnd(room.label), bar, took.padStart(room.took), cut(facts, room.facts)]
      .join('  ')
      .trimEnd();

  const total = duration(endMs - startMs);
  return [
    line(title, `0${total.padStart(room.bar - 1)}`, '', ''),
    ...rows.map(row => line(row.label, barOf(row, axis, paint), row.took, row.facts)),
    ...eventLines(spans, startMs).map(text => cut(text, Math.max(width, minWidth))),
    cut(legend, Math.max(width, minWidth)),
  ].join('\n');
}

interface Axis {
  readonly startMs: number;
  readonly perCell: number;
  readonly cells: number;
}

/** The bar gets what the words leave, and never less than its minimum: the words are cut first. */
function roomFor(
  width: number,
  rows: readonly {label: string; took: string; facts: string}[],
): {label: number; bar: number; took: number; facts: number} {
  const longest = (key: 'label' | 'took' | 'facts'): number => Math.max(...rows.map(row => row[key].length));
  const gaps = 6;
  const took = longest('took');
  const label = Math.min(longest('label'), Math.floor(width * 0.35));
  const left = width - gaps - took - label;
  const facts = Math.max(0, Math.min(longest('facts'), Math.floor(width * 0.3), left - minBar));
  return {label, bar: Math.max(minBar, left - facts), took, facts};
}

function barOf({span, previousEndMs}: TreeSpan, axis: Axis, paint: Paint): string {
  const last = axis.cells - 1;
  const cellOf = (ms: number): number => Math.min(last, Math.max(0, Math.floor((ms - axis.startMs) / axis.perCell)));
  const cells = Array.from({length: axis.cells}, () => ' ');
  const from = cellOf(span.startMs);
  // A span that ends where a cell begins does not reach into it.
  const to = Math.max(from, Math.min(last, Math.ceil((span.endMs - axis.startMs) / axis.perCell) - 1));
  if (previousEndMs !== null) cells.fill(signs.wait, cellOf(previousEndMs), from);
  const attempt = span.kind === 'client';
  const sign = attempt ? (span.failed ? signs.failed : signs.attempt) : signs.call;
  cells.fill(sign, from, to + 1);
  for (const {atMs} of span.events) cells[cellOf(atMs)] = signs.event;
  return paint(span.failed ? 'red' : attempt ? 'green' : 'dim', cells.join(''));
}

/** What the bar cannot say: the answer, the retry's number, whom a hedge shadows. */
function factsOf(span: Span, spans: readonly Span[]): string {
  const {attributes} = span;
  const status = attributes['http.response.status_code'];
  const error = attributes['error.type'];
  const facts = [
    span.kind === 'client' ? (status ?? error) : (attributes['steadfetch.call.outcome'] ?? error ?? status),
    attributes['http.request.resend_count'] === undefined
      ? undefined
      : `retry ${attributes['http.request.resend_count']}`,
    ...span.links.map(id => `⇢ ${nameOf(id, spans)}`),
  ];
  return facts.filter(fact => fact !== undefined).join(', ');
}

function nameOf(spanId: string, spans: readonly Span[]): string {
  const attempt = spans.find(span => span.spanId === spanId)?.attributes['steadfetch.attempt.number'];
  return attempt === undefined ? spanId.slice(0, 6) : `attempt ${attempt}`;
}

function eventLines(spans: readonly Span[], startMs: number): readonly string[] {
  const events = spans.flatMap(span => span.events).toSorted((a, b) => a.atMs - b.atMs);
  const times = events.map(event => duration(event.atMs - startMs));
  const widest = Math.max(0, ...times.map(time => time.length));
  return events.map(({name, attributes}, index) => {
    const facts = Object.entries(attributes)
      .filter(([key]) => key !== 'steadfetch.attempt.number') // The attempts stand above, in order.
      .map(([key, value]) => `${short(key)}=${shown(key, value)}`);
    return [`${signs.event} ${times[index]!.padStart(widest)}`, short(name), ...facts].join('  ');
  });
}

const short = (name: string): string => name.replace(/^steadfetch\./, '');

const duration = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

const cut = (text: string, width: number): string =>
  text.length <= width ? text : width === 0 ? '' : `${text.slice(0, width - 1)}…`;

/** OpenTelemetry durations are in seconds; the table shows milliseconds. */
function shown(key: string, value: unknown): string {
  return key === 'steadfetch.wait' ? duration(Number(value) * 1000) : String(value);
}
