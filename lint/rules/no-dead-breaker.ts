import {tripRule} from '../../src/policy/trip-rule.ts';
import type {RatioBreaker} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isDefault, isSet, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const deadBreaker: Rule = defineRule({
  code: 'RL212',
  name: 'no-dead-breaker',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Let the breaker trip in an outage',
  why: `
A breaker that cannot open looks like protection and is none. It needs a number of attempts in its window before the share of
failures means anything; if the traffic never makes that many, it stays closed through every outage. And a share of 1 asks that
nothing at all succeeds: one good answer, from a health check or a cache, keeps it shut.

Judged for \`objective.assume.rps\`, with every retry counted; so the finding means never, not seldom. A warning where the policy sets other
fields of the breaker only; silent where it sets none.
`,
  sources: [
    {
      title: 'Polly, Circuit breaker: minimum throughput and sampling duration',
      url: 'https://www.pollydocs.org/strategies/circuit-breaker.html',
    },
    {
      title: 'resilience4j, CircuitBreaker: minimumNumberOfCalls',
      url: 'https://resilience4j.readme.io/docs/circuitbreaker',
    },
  ],
  bad: [
    {
      name: 'more attempts than the window can hold',
      text: '{\n  "breaker": {"windowMs": 10000, "minCalls": 100},\n  "objective": {"assume": {"rps": 2}}\n}\n',
      findings: [
        {
          message:
            'The breaker never opens: it needs 100 attempts in 10000 ms, and 2 calls a second, each sent 3 times, make 60.',
          at: '2:34',
          marks: '"minCalls"',
        },
      ],
      fixed: '{\n  "breaker": {"windowMs": 10000, "minCalls": 10},\n  "objective": {"assume": {"rps": 2}}\n}\n',
    },
    {
      name: 'hardly any calls, under a breaker whose window was left as it is',
      text: '{\n  "breaker": {"openMs": 5000},\n  "objective": {"assume": {"rps": 0.1}}\n}\n',
      findings: [
        {
          message:
            'The breaker never opens: it needs 20 attempts in 30000 ms, and 0.1 calls a second, each sent 3 times, make 9.',
          at: '2:3',
          marks: '"breaker"',
          severity: 'warning',
        },
      ],
    },
    {
      name: 'nothing at all may succeed',
      text: '{\n  "breaker": {"failureRatio": 1}\n}\n',
      findings: [
        {
          message:
            'The breaker opens only when every one of at least 20 attempts failed: one that succeeds keeps it shut.',
          at: '2:15',
          marks: '"failureRatio"',
          severity: 'warning',
        },
      ],
      fixed: '{\n  "breaker": {"failureRatio": 0.5}\n}\n',
    },
  ],
  good: [
    {
      name: 'a window that fills',
      text: '{\n  "breaker": {"windowMs": 30000, "minCalls": 20},\n  "objective": {"assume": {"rps": 2}}\n}\n',
    },
    {name: 'the breaker is left as it is', text: '{\n  "objective": {"assume": {"rps": 0.01}}\n}\n'},
    {name: 'failures in a row', text: '{\n  "breaker": {"kind": "consecutive", "failures": 5}\n}\n'},
  ],

  judges: ['breaker'],
  reads: ['maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {breaker, objective} = scope.policy;
    if (breaker === null || breaker.kind !== 'ratio') return;
    // Who has left the breaker as it is relies on it no more than on the traffic it is made for.
    if (isDefault(scope, 'breaker')) return;
    const rps = objective?.assume?.rps;
    if (rps !== undefined && rps > 0 && isSure(scope, 'breaker.minCalls', 'breaker.windowMs'))
      yield* tooFew(scope, breaker, rps);
    if (breaker.failureRatio < 1) return;
    yield {
      at: 'breaker.failureRatio',
      message: `The breaker opens only when every one of at least ${tripRule(breaker).least} attempts failed: one that succeeds keeps it shut.`,
      severity: 'warning',
      fix: setting(scope, 'breaker.failureRatio', 0.5),
    };
  },
});

function* tooFew(scope: Scope, breaker: RatioBreaker, rps: number): Iterable<Draft> {
  const {windowMs} = breaker;
  const {least} = tripRule(breaker);
  const sends = retriesOf(scope.policy) + 1;
  const held = (rps * sends * windowMs) / 1000;
  // Unlimited resends fill any window.
  if (held >= least) return;
  const resent = sends === 1 ? '' : `, each sent ${sends} times,`;
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'breaker.windowMs'),
    message: `The breaker never opens: it needs ${least} attempts in ${scope.dialect.words.ms(windowMs)}, and ${formatNumber(rps)} calls a second${resent} make ${formatNumber(held)}.`,
    severity: DECIDING.some(path => isSet(scope, path)) ? 'error' : 'warning',
    related: [{at: 'objective.assume.rps', message: 'The traffic is assumed here.'}],
    ...fitting(scope, windowMs, rps),
  };
}

/** The fields that decide how many attempts are needed. Left as they are, the breaker was not made to trip at some traffic. */
const DECIDING = ['breaker.minCalls', 'breaker.windowMs', 'breaker.failureRatio'];

/** Half of what the calls make without a resend, so that it opens with some to spare. */
function fitting(scope: Scope, windowMs: number, rps: number): Pick<Draft, 'fix'> {
  const count = Math.floor((rps * windowMs) / 2000);
  return count < LEAST ? {} : {fix: setting(scope, 'breaker.minCalls', count)};
}

/** Fewer attempts open a breaker by chance. */
const LEAST = 5;
