import {formatNumber, formatShare} from '../analysis/format.ts';
import {formatHeldTime, heldPlaceOf} from '../analysis/held-place.ts';
import {inFlight, placesFor} from '../analysis/places.ts';
import {formatChange} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const concurrencyBelowTraffic: Rule = defineRule({
  code: 'RL217',
  name: 'no-concurrency-below-traffic',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  worse: 'lower',
  summary: 'Allow as many attempts in flight as the traffic needs',
  documentation: () => ({
    why: `
By Little’s law, the attempts in flight equal the calls per second times the duration of an attempt. A limit below that number refuses
part of the calls even on a normal day, or keeps them in a queue that is always full. Raise the limit, or correct the assumed traffic.

Computed from \`objective.assume\`: \`rps\`, and the mean latency where two percentiles are given, else the median. Retries are not
counted, so the real number is higher. A limit equal to the computed number still refuses many calls, because calls arrive unevenly;
\`retry-lint explain\` shows how many, by Erlang’s formula.
`,
    sources: [
      {
        title: 'J. D. C. Little, A Proof for the Queuing Formula L = λW (1961)',
        url: 'https://doi.org/10.1287/opre.9.3.383',
      },
      {
        title: 'Netflix, concurrency-limits: the limit of a service by Little’s law',
        url: 'https://github.com/Netflix/concurrency-limits',
      },
    ],
    bad: [
      {
        name: 'a limit of five for nine attempts',
        text: '{\n  "concurrency": {"max": 5},\n  "objective": {"assume": {"rps": 50, "latencyMs": {"p50": 180}}}\n}\n',
        findings: [
          {
            message:
              '50 calls per second of about 180 ms need 9 attempts in flight, but the limit is 5: at least 44.4 % of the calls are refused.',
            at: '2:19',
            marks: '"max"',
          },
        ],
      },
      {
        name: 'a queue that is always full',
        text: '{\n  "concurrency": {"max": 8, "queue": 20},\n  "objective": {"assume": {"rps": 50, "latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
        findings: [
          {
            message:
              '50 calls per second of 204 ms on average need 10.2 attempts in flight, but the limit is 8: the queue of 20 fills, and then at least 21.6 % of the calls are refused or time out in the queue.',
            at: '2:19',
            marks: '"max"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a limit for twice the traffic',
        text: '{\n  "concurrency": {"max": 20},\n  "objective": {"assume": {"rps": 50, "latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
      },
      {
        name: 'latency is not assumed',
        text: '{\n  "concurrency": {"max": 5},\n  "objective": {"assume": {"rps": 50}}\n}\n',
      },
    ],
  }),

  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.max'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (concurrency === null || rps === undefined) return;
    const held = heldPlaceOf(scope);
    if (held === undefined) return;
    const {max, queue} = concurrency;
    const load = inFlight(rps, held.ms);
    if (max >= load) return;
    const refused = `at least ${formatShare(1 - max / load)} of the calls are refused`;
    const end = queue === 0 ? refused : `the queue of ${queue} fills, and then ${refused} or time out in the queue`;
    yield {
      at: mostSpecific(scope, 'concurrency.max', 'objective'),
      message: `${formatNumber(rps)} calls per second of ${formatHeldTime(scope, held)} need ${formatNumber(load)} attempts in flight, but the limit is ${max}: ${end}.`,
      related: [
        {at: 'concurrency.max', message: 'The limit is set here.'},
        {at: 'objective.assume', message: 'The traffic is assumed here.'},
      ],
      suggestions: suggestedMax(scope, load),
    };
  },
});

/** Share of the calls that the suggested limit refuses. */
const REFUSED = 0.01;
/** Largest limit that is suggested. */
const MOST = 100_000;

function suggestedMax(scope: Scope, load: number): FixDraft[] {
  if (load > MOST) return [];
  const max = placesFor(load, REFUSED);
  const title = `${formatChange(scope, 'concurrency.max', max)}, so that at most 1 % of the calls exceed the limit`;
  return [{title, changes: [{do: 'set', path: 'concurrency.max', value: max}]}];
}
