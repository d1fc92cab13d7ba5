import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {formatChange} from '../analysis/setting.ts';
import {longestWaits} from '../math/schedule.ts';
import {isSure, mostSpecific} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type Rule} from '../rule.ts';

export const immediateRetries: Rule = defineRule({
  code: 'RL204',
  name: 'no-immediate-retries',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Wait before sending again',
  why: `
What failed a moment ago fails again now: the attempts are spent within milliseconds, before anything could have recovered, and
the server gets all of them at the worst time. A missing delay was behind 10 of 70 retry bugs studied in eight large systems, and
some libraries begin with a delay of 0.

One wait of 0 in a list is fine, for a connection that was only stale; all of them are not.
`,
  sources: [
    {
      title: 'M. Brooker, Timeouts, retries, and backoff with jitter (Amazon Builders’ Library)',
      url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
    },
    {
      title: 'Stoica et al., If At First You Don’t Succeed, Try, Try, Again...? (SOSP 2024)',
      url: 'https://doi.org/10.1145/3694715.3695971',
    },
  ],
  bad: [
    {
      name: 'a constant wait of nothing',
      text: '{\n  "backoff": {"kind": "constant", "delayMs": 0}\n}\n',
      findings: [
        {
          message:
            'A failed attempt is sent again at once: both retries wait 0 ms; only a throttled one waits, up to 1000 ms.',
          at: '2:35',
          marks: '"delayMs"',
        },
      ],
      fixed: '{\n  "backoff": {"kind": "constant", "delayMs": 1000}\n}\n',
    },
    {
      name: 'a base of nothing stays nothing',
      text: '{\n  "backoff": {"baseMs": 0, "factor": 3}\n}\n',
      findings: [
        {
          message:
            'A failed attempt is sent again at once: both retries wait 0 ms; only a throttled one waits, up to 1000 ms.',
          at: '2:15',
          marks: '"baseMs"',
        },
      ],
      fixed: '{\n  "backoff": {"baseMs": 100, "factor": 3}\n}\n',
    },
    {
      name: 'a list of nothing',
      text: '{\n  "backoff": {"kind": "list", "delaysMs": [0, 0]}\n}\n',
      findings: [
        {
          message:
            'A failed attempt is sent again at once: both retries wait 0 ms; only a throttled one waits, up to 1000 ms.',
          at: '2:31',
          marks: '"delaysMs"',
        },
      ],
      fixed: '{\n  "backoff": {"kind": "list", "delaysMs": [200, 1000, 5000]}\n}\n',
    },
  ],
  good: [
    {name: 'a base', text: '{\n  "backoff": {"baseMs": 50}\n}\n'},
    {
      name: 'one quick retry, then patience',
      text: '{\n  "backoff": {"kind": "list", "delaysMs": [0, 500]}\n}\n',
    },
    {name: 'nothing is retried', text: '{\n  "maxAttempts": 1,\n  "backoff": {"baseMs": 0}\n}\n'},
  ],

  fields: ['backoff'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const retries = Math.max(Math.min(retriesOf(scope.policy), 100), 1);
    if (longestWaits(backoff, retries, false).some(wait => wait > 0)) return;
    const zeros = zeroFields(backoff);
    // The cap of another kind, in a route: RL401 says that the policy cannot run.
    if (zeros.length === 0) return;
    if (!isSure(scope, ...zeros.map(({path}) => path))) return;
    const {words} = scope.dialect;
    const longest = words.ms(backoff.throttledBaseMs);
    const throttled = backoff.throttledBaseMs > 0 ? `; only a throttled one waits, up to ${longest}` : '';
    yield {
      at: mostSpecific(scope, ...zeros.map(({path}) => path)),
      message: `A failed attempt is sent again at once: ${formatRetries(retriesOf(scope.policy))} ${words.ms(0)}${throttled}.`,
      fix: {title: zeros.map(({path, value}) => formatChange(scope, path, value)).join(', '), changes: zeros},
    };
  },
});

type Set = Extract<Change, {do: 'set'}>;

/** The fields that make the waits nothing, each with what it is by default. */
function zeroFields(backoff: Backoff): Set[] {
  const defaults = defaultsByKind.backoff![backoff.kind] as Readonly<Record<string, unknown>>;
  return (
    Object.entries(backoff)
      // A route that sets a field of another kind leaves it in the merged backoff, where it does nothing.
      .filter(
        ([field, value]) =>
          ['baseMs', 'delayMs', 'delaysMs', 'capMs'].includes(field) && field in defaults && isZero(value),
      )
      .map(([field]): Set => ({do: 'set', path: `backoff.${field}`, value: defaults[field]}))
  );
}

const isZero = (value: unknown): boolean => value === 0 || (Array.isArray(value) && value[0] === 0);

function formatRetries(retries: number): string {
  if (retries === 1) return 'the one retry waits';
  if (retries === 2) return 'both retries wait';
  return Number.isFinite(retries) ? `all ${retries} retries wait` : 'every retry waits';
}
