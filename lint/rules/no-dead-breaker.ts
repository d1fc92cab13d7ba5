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
  summary: 'Configure a breaker that can open in an outage',
  documentation: () => ({
    why: `
A breaker that cannot open protects nothing. It decides only once its window holds enough attempts; if the traffic never makes that
many, the breaker stays closed through every outage. And with a \`failureRatio\` of 1, one success, from a health check or a cache,
keeps it closed.

Computed from \`objective.assume.rps\` with every retry counted, so "never opens" is exact. The finding is a warning where the policy sets
only other fields of the breaker; the rule is silent where it sets none.
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
        name: 'more attempts than the traffic makes in the window',
        text: '{\n  "breaker": {"windowMs": 10000, "minCalls": 100},\n  "objective": {"assume": {"rps": 2}}\n}\n',
        findings: [
          {
            message:
              'The breaker never opens: it needs 100 attempts in 10000 ms, and 2 calls per second of 3 attempts each make 60. Lower minCalls.',
            at: '2:34',
            marks: '"minCalls"',
          },
        ],
        fixed: '{\n  "breaker": {"windowMs": 10000, "minCalls": 10},\n  "objective": {"assume": {"rps": 2}}\n}\n',
      },
      {
        name: 'few calls, and the default window',
        text: '{\n  "breaker": {"openMs": 5000},\n  "objective": {"assume": {"rps": 0.1}}\n}\n',
        findings: [
          {
            message:
              'The breaker never opens: it needs 20 attempts in 30000 ms, and 0.1 calls per second of 3 attempts each make 9. Lower minCalls.',
            at: '2:3',
            marks: '"breaker"',
            severity: 'warning',
          },
        ],
      },
      {
        name: 'a failure ratio of 1',
        text: '{\n  "breaker": {"failureRatio": 1}\n}\n',
        findings: [
          {
            message:
              'The breaker opens only if all of at least 20 attempts fail: one success keeps it closed. Lower failureRatio.',
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
      {name: 'the default breaker', text: '{\n  "objective": {"assume": {"rps": 0.01}}\n}\n'},
      {name: 'failures in a row', text: '{\n  "breaker": {"kind": "consecutive", "failures": 5}\n}\n'},
    ],
  }),

  needs: ['breaker'],
  fields: ['breaker'],
  reads: ['maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {breaker, objective} = scope.policy;
    if (breaker === null || breaker.kind !== 'ratio') return;
    // The default breaker is made for more traffic, and does no harm with less.
    if (isDefault(scope, 'breaker')) return;
    const rps = objective?.assume?.rps;
    if (rps !== undefined && rps > 0 && isSure(scope, 'breaker.minCalls', 'breaker.windowMs'))
      yield* tooFew(scope, breaker, rps);
    if (breaker.failureRatio < 1) return;
    yield {
      at: 'breaker.failureRatio',
      message: `The breaker opens only if all of at least ${tripRule(breaker).least} attempts fail: one success keeps it closed. Lower ${scope.dialect.words.key('breaker.failureRatio')}.`,
      severity: 'warning',
      fix: setting(scope, 'breaker.failureRatio', 0.5),
    };
  },
});

function* tooFew(scope: Scope, breaker: RatioBreaker, rps: number): Iterable<Draft> {
  const {windowMs} = breaker;
  const {least} = tripRule(breaker);
  const {words} = scope.dialect;
  const attempts = retriesOf(scope.policy) + 1;
  const held = (rps * attempts * windowMs) / 1000;
  // Unlimited retries fill any window.
  if (held >= least) return;
  const each = attempts === 1 ? '' : ` of ${attempts} attempts each`;
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'breaker.windowMs'),
    message: `The breaker never opens: it needs ${least} attempts in ${words.ms(windowMs)}, and ${formatNumber(rps)} calls per second${each} make ${formatNumber(held)}. Lower ${words.key('breaker.minCalls')}.`,
    severity: DECIDING.some(path => isSet(scope, path)) ? 'error' : 'warning',
    related: [{at: 'objective.assume.rps', message: 'The traffic is assumed here.'}],
    ...suggestedMinCalls(scope, windowMs, rps),
  };
}

/** Fields that decide how many attempts are needed. If the policy sets none of them, the finding is a warning. */
const DECIDING = ['breaker.minCalls', 'breaker.windowMs', 'breaker.failureRatio'];

/** Half of the first attempts in a window, so that the breaker opens in an outage with a margin. */
function suggestedMinCalls(scope: Scope, windowMs: number, rps: number): Pick<Draft, 'fix'> {
  const count = Math.floor((rps * windowMs) / 2000);
  return count < LEAST ? {} : {fix: setting(scope, 'breaker.minCalls', count)};
}

/** Least value that is suggested: with fewer attempts a breaker opens by chance. */
const LEAST = 5;
