/** What spans and metrics cost, over our own engine without them. */
import {context, metrics, propagation, trace} from '@opentelemetry/api';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {MetricReader} from '@opentelemetry/sdk-metrics';
import {NodeSDK} from '@opentelemetry/sdk-node';
import {createFetch} from '../../../src/core.ts';
import {createFetch as createObservedFetch} from '../../../src/fetch.ts';
import type {Loopback} from '../loopback.ts';
import {type Candidate, measure} from '../measure.ts';
import {digits, ratio, ratioRows, type Section} from '../section.ts';

/** Takes spans and forgets them. */
const nowhere = {onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {}};
/** Is never read. */
class Unread extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** What is registered while a candidate runs; null: nothing. */
interface Registered {
  readonly sampler: 'always_on' | 'always_off' | null;
  readonly measured?: boolean;
  readonly instrumented?: boolean;
}

let running: NodeSDK | null = null;
let undici: UndiciInstrumentation | null = null;

function register({sampler, measured = false, instrumented = false}: Registered): void {
  undici?.disable();
  undici = null;
  running?.shutdown();
  for (const api of [trace, context, propagation, metrics]) api.disable();
  running = null;
  if (sampler === null && !measured) return;
  process.env.OTEL_TRACES_SAMPLER = sampler ?? 'always_off';
  running = new NodeSDK({
    spanProcessors: sampler === null ? [] : [nowhere],
    metricReaders: measured ? [new Unread()] : [],
    logRecordProcessors: [],
    instrumentations: [],
    autoDetectResources: false, // It goes on in the background, and would be counted.
  });
  running.start();
  if (!instrumented) return;
  undici = new UndiciInstrumentation();
  undici.setTracerProvider(trace.getTracerProvider());
  undici.enable();
}

export async function tracing({url}: Loopback): Promise<Section> {
  const plain = createFetch();
  const observed = createObservedFetch();
  const json = async (sent: Promise<Response>): Promise<unknown> => (await sent).json();
  const candidate = (name: string, fetch: typeof plain, registered: Registered): Candidate => ({
    name,
    call: () => json(fetch(url)),
    before: () => register(registered),
  });
  const costs = await measure(
    [
      candidate('steadfetch/core', plain, {sampler: null}),
      candidate('the same again (noise)', plain, {sampler: null}),
      candidate('steadfetch, no SDK', observed, {sampler: null}),
      candidate('steadfetch, not sampled', observed, {sampler: 'always_off'}),
      candidate('steadfetch, sampled: two spans', observed, {sampler: 'always_on'}),
      candidate('steadfetch, metrics alone', observed, {sampler: null, measured: true}),
      candidate('steadfetch, sampled, and metrics', observed, {sampler: 'always_on', measured: true}),
      candidate('steadfetch/core, instrumentation-undici: one span', plain, {sampler: 'always_on', instrumented: true}),
    ],
    {rounds: 31, callsPerRound: 256, concurrency: 64},
  );
  register({sampler: null});
  const against = (name: string) => ratio(costs, name, 'steadfetch/core');
  return {
    title: 'Tracing',
    intro:
      'Over the loopback, 64 in flight, against our own engine without an observer. Spans and measurements are made and thrown away.',
    columns: ['', 'CPU µs', '× without'],
    rows: ratioRows(costs),
    goals: [
      {
        what: 'no SDK',
        limit: 1.01,
        measured: against('steadfetch, no SDK'),
        unit: '× without',
        why: `three look-ups a call; the engine without them, measured again in this run, is at ${digits(against('the same again (noise)'))} of itself`,
      },
      {
        what: 'not sampled',
        limit: 1.12,
        measured: against('steadfetch, not sampled'),
        unit: '× without',
        why: 'the SDK asks its sampler, makes a span and a context that record nothing, and writes a traceparent; ours adds nothing to that',
      },
      {
        what: 'sampled, two spans',
        limit: 1.28,
        measured: against('steadfetch, sampled: two spans'),
        unit: '× without',
        why: `instrumentation-undici's one span is at ${digits(against('steadfetch/core, instrumentation-undici: one span'))} in this run`,
      },
    ],
  };
}
