/** What spans cost, over our own engine without them. */
import {context, propagation, trace} from '@opentelemetry/api';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {NodeSDK} from '@opentelemetry/sdk-node';
import {createFetch} from '../../../src/core.ts';
import {createFetch as createObservedFetch} from '../../../src/fetch.ts';
import type {Loopback} from '../loopback.ts';
import {type Candidate, measure} from '../measure.ts';
import {ratio, ratioRows, type Section} from '../section.ts';

/** Takes spans and forgets them. */
const nowhere = {onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {}};

export async function tracing({url}: Loopback): Promise<Section> {
  const plain = createFetch();
  const observed = createObservedFetch();
  const json = async (sent: Promise<Response>): Promise<unknown> => (await sent).json();
  let running: NodeSDK | null = null;
  let undici: UndiciInstrumentation | null = null;
  const use =
    (sampler: 'always_on' | 'always_off' | null, instrumented = false) =>
    () => {
      undici?.disable();
      undici = null;
      running?.shutdown();
      for (const api of [trace, context, propagation]) api.disable();
      running = null;
      if (sampler === null) return;
      process.env.OTEL_TRACES_SAMPLER = sampler;
      running = new NodeSDK({
        spanProcessors: [nowhere],
        metricReaders: [],
        logRecordProcessors: [],
        instrumentations: [],
      });
      running.start();
      if (!instrumented) return;
      undici = new UndiciInstrumentation();
      undici.setTracerProvider(trace.getTracerProvider());
      undici.enable();
    };
  const candidates: Candidate[] = [
    {name: 'steadfetch/core', call: () => json(plain(url)), before: use(null)},
    {name: 'the same again (noise)', call: () => json(plain(url)), before: use(null)},
    {name: 'steadfetch, no SDK', call: () => json(observed(url)), before: use(null)},
    {name: 'steadfetch, not sampled', call: () => json(observed(url)), before: use('always_off')},
    {name: 'steadfetch, sampled: two spans', call: () => json(observed(url)), before: use('always_on')},
    {
      name: 'steadfetch/core, instrumentation-undici: one span',
      call: () => json(plain(url)),
      before: use('always_on', true),
    },
  ];
  const costs = await measure(candidates, {rounds: 31, callsPerRound: 256, concurrency: 64});
  use(null)();
  const against = (name: string) => ratio(costs, name, 'steadfetch/core');
  return {
    title: 'Tracing',
    intro:
      'Over the loopback, 64 in flight, against our own engine without an observer. Spans are made and thrown away.',
    columns: ['', 'CPU µs', '× without'],
    rows: ratioRows(costs),
    goals: [
      {what: 'no SDK', limit: 1.01, measured: against('steadfetch, no SDK'), unit: '× without'},
      {what: 'not sampled', limit: 1.12, measured: against('steadfetch, not sampled'), unit: '× without'},
      {what: 'sampled, two spans', limit: 1.28, measured: against('steadfetch, sampled: two spans'), unit: '× without'},
    ],
  };
}
