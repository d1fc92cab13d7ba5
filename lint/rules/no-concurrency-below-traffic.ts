import {formatNumber, formatShare} from '../analysis/format.ts';
import {heldPlaceOf, sayHeld} from '../analysis/held-place.ts';
import {sayChange} from '../analysis/setting.ts';
import {inFlight, placesFor} from '../math/places.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const concurrencyBelowTraffic: Rule = defineRule({
  code: 'RL217',
  name: 'no-concurrency-below-traffic',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  summary: 'Limit the attempts in flight above what the traffic needs',
  why: `
By Little’s law the attempts in flight are the calls a second times the time that each holds its place. A limit below that number does
not smooth peaks: it refuses a part of the calls at every hour of a good day, or lets them wait in a queue that is always full. Either
the limit is too low, or the assumed traffic is not what this client is meant to send.

Computed from \`objective.assume\`: \`rps\`, and the mean of the latency where two of its percentiles are given, else the median. Retries
are left out, so the truth is worse. A limit that is just as large still refuses many calls, since they do not come evenly;
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
      name: 'five places for nine attempts',
      text: '{\n  "concurrency": {"max": 5},\n  "objective": {"assume": {"rps": 50, "latencyMs": {"p50": 180}}}\n}\n',
      findings: [
        {
          message:
            '50 calls a second of about 180 ms keep 9 attempts in flight, and the limit is 5: at least 44.4 % of the calls are refused.',
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
            '50 calls a second of 204 ms on average keep 10.2 attempts in flight, and the limit is 8: the queue of 20 fills up, and then at least 21.6 % of the calls are refused or time out in it.',
          at: '2:19',
          marks: '"max"',
        },
      ],
    },
  ],
  good: [
    {
      name: 'room for twice the traffic',
      text: '{\n  "concurrency": {"max": 20},\n  "objective": {"assume": {"rps": 50, "latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
    },
    {
      name: 'a traffic that is not known',
      text: '{\n  "concurrency": {"max": 5},\n  "objective": {"assume": {"rps": 50}}\n}\n',
    },
  ],

  judges: ['concurrency', 'concurrency.max'],
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
    const end = queue === 0 ? refused : `the queue of ${queue} fills up, and then ${refused} or time out in it`;
    yield {
      at: mostSpecific(scope, 'concurrency.max', 'objective'),
      message: `${formatNumber(rps)} calls a second of ${sayHeld(scope, held)} keep ${formatNumber(load)} attempts in flight, and the limit is ${max}: ${end}.`,
      related: [
        {at: 'concurrency.max', message: 'The limit is set here.'},
        {at: 'objective.assume', message: 'The traffic is assumed here.'},
      ],
      suggestions: roomFor(scope, load),
    };
  },
});

/** Where a call in a hundred finds no place. */
const REFUSED = 0.01;
/** Larger limits are not suggested. */
const MOST = 100_000;

function roomFor(scope: Scope, load: number): FixDraft[] {
  if (load > MOST) return [];
  const max = placesFor(load, REFUSED);
  const title = `${sayChange(scope, 'concurrency.max', max)}, so that at most 1 % of the calls find no place`;
  return [{title, changes: [{do: 'set', path: 'concurrency.max', value: max}]}];
}
