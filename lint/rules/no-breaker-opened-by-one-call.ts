import type {ConsecutiveBreaker, RatioBreaker} from '../../src/policy/types.ts';
import {breakerAttemptsOf} from '../analysis/breaker-attempts.ts';
import {setting} from '../analysis/setting.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const breakerOpenedByOneCall: Rule = defineRule({
  code: 'RL216',
  name: 'no-breaker-opened-by-one-call',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Let the breaker open on several calls, not on one',
  why: `
A breaker decides for every call to an origin, so it needs the failures of several. A single call fails for reasons of its own: a
request that crashes its handler, a record that is locked, one lost packet. Its retries are sent one after the other and fail alike,
and the breaker counts each attempt. Where it opens after as many failures as one call can make, one bad request refuses all the good
ones.

The share of failures in a window says nothing before the window holds attempts of several calls: one failure of one is 100 %.
The window is empty when the process starts, after a quiet time, and each time that the breaker has closed.
`,
  sources: [
    {
      title: 'Polly, CircuitBreakerStrategyOptions: MinimumThroughput is 100, and 2 at the least',
      url: 'https://www.pollydocs.org/api/Polly.CircuitBreaker.CircuitBreakerStrategyOptions-1.html',
    },
    {
      title: 'Envoy, Outlier detection: consecutive_5xx is 5',
      url: 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/outlier_detection.proto',
    },
    {
      title: 'resilience4j, CircuitBreaker: minimumNumberOfCalls is 100',
      url: 'https://resilience4j.readme.io/docs/circuitbreaker',
    },
  ],
  bad: [
    {
      name: 'as many failures as a call has attempts',
      text: '{\n  "breaker": {"kind": "consecutive", "failures": 3}\n}\n',
      findings: [
        {
          message:
            'One call can open the breaker for every call: 3 failures in a row open it, and a call makes up to 3 attempts.',
          at: '2:38',
          marks: '"failures"',
        },
      ],
      fixed: '{\n  "breaker": {"kind": "consecutive", "failures": 5}\n}\n',
    },
    {
      name: 'a window of one attempt',
      text: '{\n  "breaker": {"minCalls": 1}\n}\n',
      findings: [
        {
          message:
            'The first attempt in an empty window opens the breaker if it fails: every call is then refused for 15000 ms.',
          at: '2:15',
          marks: '"minCalls"',
        },
      ],
      fixed: '{\n  "breaker": {"minCalls": "auto"}\n}\n',
    },
    {
      name: 'one failure',
      text: '{\n  "breaker": {"kind": "consecutive", "failures": 1, "openMs": 30000}\n}\n',
      findings: [
        {
          message: 'Every failed attempt opens the breaker: all calls are then refused for 30000 ms.',
          at: '2:38',
          marks: '"failures"',
          severity: 'error',
        },
      ],
      fixed: '{\n  "breaker": {"kind": "consecutive", "failures": 5, "openMs": 30000}\n}\n',
    },
  ],
  good: [
    {name: 'failures of two calls', text: '{\n  "breaker": {"kind": "consecutive", "failures": 5}\n}\n'},
    {name: 'a window of many attempts', text: '{\n  "breaker": {"kind": "ratio", "minCalls": 20}\n}\n'},
    {
      name: 'a window in which one call is a small share',
      text: '{\n  "breaker": {"windowMs": 30000, "minCalls": 3},\n  "objective": {"assume": {"rps": 50}}\n}\n',
    },
  ],

  judges: ['breaker', 'maxAttempts', 'retryOn'],
  reads: ['idempotency', 'idempotentMethods', 'objective', 'match'],

  *check(scope): Iterable<Draft> {
    const {breaker} = scope.policy;
    if (breaker === null) return;
    if (breaker.kind === 'consecutive') yield* consecutive(scope, breaker);
    else yield* ratio(scope, breaker);
  },
});

function* consecutive(scope: Scope, {failures, openMs}: ConsecutiveBreaker): Iterable<Draft> {
  const attempts = breakerAttemptsOf(scope);
  if (failures > attempts || !isSure(scope, 'breaker.failures', 'breaker.openMs')) return;
  const enough = Math.max(LEAST_FAILURES, attempts + 1);
  const mended = enough <= MOST_FAILURES ? {fix: setting(scope, 'breaker.failures', enough)} : {};
  yield failures === 1
    ? {
        at: 'breaker.failures',
        message: `Every failed attempt opens the breaker: all calls are then refused for ${scope.dialect.words.ms(openMs)}.`,
        severity: 'error',
        ...mended,
      }
    : {
        at: mostSpecific(scope, 'breaker.failures', 'maxAttempts'),
        message: `One call can open the breaker for every call: ${failures} failures in a row open it, and a call makes ${sayAttempts(attempts)}.`,
        related: [
          {at: 'breaker.failures', message: 'The failures are counted here.'},
          {at: 'maxAttempts', message: 'The attempts of a call are set here.'},
        ],
        ...mended,
      };
}

function* ratio(scope: Scope, breaker: RatioBreaker): Iterable<Draft> {
  const {minCalls, openMs} = breaker;
  if (minCalls === 'auto' || !isSure(scope, 'breaker.minCalls', 'breaker.openMs')) return;
  const fix = setting(scope, 'breaker.minCalls', 'auto');
  if (minCalls === 1) {
    const message = `The first attempt in an empty window opens the breaker if it fails: every call is then refused for ${scope.dialect.words.ms(openMs)}.`;
    yield {at: 'breaker.minCalls', message, fix};
    return;
  }
  const attempts = breakerAttemptsOf(scope);
  if (minCalls > attempts || isDiluted(scope, breaker, attempts)) return;
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'maxAttempts'),
    message: `One call can open the breaker for every call: the failure share counts from ${minCalls} attempts, and a call makes ${sayAttempts(attempts)}.`,
    related: [
      {at: 'breaker.minCalls', message: 'The attempts of the window are counted here.'},
      {at: 'maxAttempts', message: 'The attempts of a call are set here.'},
    ],
    fix,
  };
}

/** At the stated traffic the window holds so many other attempts that one failed call is a smaller share than opens the breaker. */
function isDiluted({policy}: Scope, {windowMs, failureRatio}: RatioBreaker, attempts: number): boolean {
  const rps = policy.objective?.assume?.rps;
  if (rps === undefined || attempts === Number.POSITIVE_INFINITY) return false;
  return attempts / (attempts + (rps * windowMs) / 1000) < failureRatio;
}

/** The default, and Envoy's. */
const LEAST_FAILURES = 5;
/** Of the schema. */
const MOST_FAILURES = 1_000_000;

const sayAttempts = (attempts: number): string =>
  attempts === Number.POSITIVE_INFINITY ? 'any number of attempts' : `up to ${attempts} attempts`;
