import {longestWaits} from '../../src/math/schedule.ts';
import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {formatChange} from '../analysis/setting.ts';
import {isSure, mostSpecific} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type Rule} from '../rule.ts';

export const immediateRetries: Rule = defineRule({
  code: 'RL204',
  name: 'no-immediate-retries',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Wait before each retry',
  documentation: () => ({
    why: `
An immediate retry usually fails for the same reason. All attempts are used up within milliseconds, before the server can recover. A
missing delay caused 10 of 70 retry bugs studied in eight large systems, and some libraries start with a delay of 0.

One wait of 0 in a list is accepted, because it helps with a stale connection.
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
        name: 'a constant wait of 0',
        text: '{\n  "backoff": {"kind": "constant", "delayMs": 0}\n}\n',
        findings: [
          {
            message:
              'Failed attempts are retried at once: both retries wait 0 ms (up to 1000 ms after a throttled response). Set a wait.',
            at: '2:35',
            marks: '"delayMs"',
          },
        ],
        fixed: '{\n  "backoff": {"kind": "constant", "delayMs": 1000}\n}\n',
      },
      {
        name: 'a base of 0',
        text: '{\n  "backoff": {"baseMs": 0, "factor": 3}\n}\n',
        findings: [
          {
            message:
              'Failed attempts are retried at once: both retries wait 0 ms (up to 1000 ms after a throttled response). Set a wait.',
            at: '2:15',
            marks: '"baseMs"',
          },
        ],
        fixed: '{\n  "backoff": {"baseMs": 100, "factor": 3}\n}\n',
      },
      {
        name: 'a list of zeros',
        text: '{\n  "backoff": {"kind": "list", "delaysMs": [0, 0]}\n}\n',
        findings: [
          {
            message:
              'Failed attempts are retried at once: both retries wait 0 ms (up to 1000 ms after a throttled response). Set a wait.',
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
        name: 'one immediate retry, then a wait',
        text: '{\n  "backoff": {"kind": "list", "delaysMs": [0, 500]}\n}\n',
      },
      {name: 'one attempt', text: '{\n  "maxAttempts": 1,\n  "backoff": {"baseMs": 0}\n}\n'},
    ],
  }),

  needs: ['backoff'],
  fields: ['backoff'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const retries = Math.max(Math.min(retriesOf(scope.policy), 100), 1);
    if (longestWaits(backoff, retries, false).some(wait => wait > 0)) return;
    const zeros = zeroFields(backoff);
    // A route sets the cap of another kind; RL401 reports it.
    if (zeros.length === 0) return;
    if (!isSure(scope, ...zeros.map(({path}) => path))) return;
    const {words} = scope.dialect;
    const longest = words.ms(backoff.throttledBaseMs);
    const throttled = backoff.throttledBaseMs > 0 ? ` (up to ${longest} after a throttled response)` : '';
    yield {
      at: mostSpecific(scope, ...zeros.map(({path}) => path)),
      message: `Failed attempts are retried at once: ${formatRetries(retriesOf(scope.policy))} ${words.ms(0)}${throttled}. Set a wait.`,
      fix: {title: zeros.map(({path, value}) => formatChange(scope, path, value)).join(', '), changes: zeros},
    };
  },
});

type Set = Extract<Change, {do: 'set'}>;

/** The fields that make the waits 0, with their default values. */
function zeroFields(backoff: Backoff): Set[] {
  const defaults = defaultsByKind.backoff![backoff.kind] as Readonly<Record<string, unknown>>;
  return (
    Object.entries(backoff)
      // A route can set a field of another kind; it has no effect in the merged backoff.
      .filter(
        ([field, value]) =>
          ['baseMs', 'delayMs', 'delaysMs', 'capMs'].includes(field) && field in defaults && isZero(value),
      )
      .map(([field]): Set => ({do: 'set', path: `backoff.${field}`, value: defaults[field]}))
  );
}

const isZero = (value: unknown): boolean => value === 0 || (Array.isArray(value) && value[0] === 0);

function formatRetries(retries: number): string {
  if (retries === 1) return 'the retry waits';
  if (retries === 2) return 'both retries wait';
  return Number.isFinite(retries) ? `all ${retries} retries wait` : 'every retry waits';
}
