/** What spans and metrics cost, over steadfetch without an observer. */
import {trace} from '@opentelemetry/api';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {MetricReader} from '@opentelemetry/sdk-metrics';
import {NodeSDK} from '@opentelemetry/sdk-node';
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const BASE = 'steadfetch/core';

/** Takes spans and forgets them. */
const nowhere = {onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {}};

/** A reader that never reads. */
class Unread extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** What the process of a subject registers before its first call. */
interface Registered {
  readonly sampler: 'always_on' | 'always_off' | null;
  readonly measured?: boolean;
  readonly instrumented?: boolean;
}

function register({sampler, measured = false, instrumented = false}: Registered): void {
  process.env.OTEL_TRACES_SAMPLER = sampler ?? 'always_off';
  new NodeSDK({
    spanProcessors: sampler === null ? [] : [nowhere],
    metricReaders: measured ? [new Unread()] : [],
    logRecordProcessors: [],
    instrumentations: [],
    autoDetectResources: false, // It goes on in the background, and would be counted.
  }).start();
  if (!instrumented) return;
  const undici = new UndiciInstrumentation();
  undici.setTracerProvider(trace.getTracerProvider());
  undici.enable();
}

function traced(name: string, from: 'core' | 'fetch', registered: Registered | null): SubjectDefinition {
  return {
    name,
    ours: true,
    start: async place => {
      if (registered !== null) register(registered);
      const fetch = (await entry(place, from)).createFetch();
      return {call: async () => (await fetch(place.url)).json()};
    },
  };
}

const subjects: SubjectDefinition[] = [
  traced(BASE, 'core', null),
  traced(`${BASE} again (noise)`, 'core', null),
  traced('steadfetch, no SDK', 'fetch', null),
  traced('steadfetch, not sampled', 'fetch', {sampler: 'always_off'}),
  traced('steadfetch, sampled: two spans', 'fetch', {sampler: 'always_on'}),
  traced('steadfetch, metrics alone', 'fetch', {sampler: null, measured: true}),
  traced('steadfetch, sampled, and metrics', 'fetch', {sampler: 'always_on', measured: true}),
  traced(`${BASE}, instrumentation-undici: one span`, 'core', {sampler: 'always_on', instrumented: true}),
];

function section(costs: Costs): Section {
  const times = (name: string): number => costs.ratio(name, BASE);
  const noise = digits(times(`${BASE} again (noise)`));
  const instrumentation = digits(times(`${BASE}, instrumentation-undici: one span`));
  return {
    title: 'Tracing',
    intro:
      'Over the loopback, 32 in flight, against steadfetch/core without an observer. Spans and measurements are made and thrown away.',
    columns: ['', 'CPU µs', `× ${BASE}`],
    rows: subjects.map(({name}) => [name, digits(costs.of(name), 1), digits(times(name))]),
    goals: [
      {
        what: 'no SDK',
        limit: 1.02,
        measured: times('steadfetch, no SDK'),
        unit: '× without',
        why: `three look-ups a call; the base, measured again, is at ${noise} of itself`,
      },
      {
        what: 'sampled, two spans',
        limit: 1.28,
        measured: times('steadfetch, sampled: two spans'),
        unit: '× without',
        why: `instrumentation-undici's one span is at ${instrumentation} in this run`,
      },
    ],
    headlines: [
      {
        what: 'OpenTelemetry, × without: no SDK, not sampled, sampled',
        ours: ['no SDK', 'not sampled', 'sampled: two spans']
          .map(row => digits(times(`steadfetch, ${row}`)))
          .join(', '),
        beside: `instrumentation-undici, one span, sampled: ${instrumentation}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'tracing',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: BASE,
  server: 'server',
  section,
};
