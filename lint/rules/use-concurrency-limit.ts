import {undisturbedMs} from '../../src/math/timeline.ts';
import {formatList, formatNumber} from '../analysis/format.ts';
import {inFlight} from '../analysis/places.ts';
import {rankedEndpoints} from '../analysis/ranks.ts';
import {retriesOf} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingConcurrencyLimit: Rule = defineRule({
  code: 'RL225',
  name: 'use-concurrency-limit',
  category: 'load',
  severity: 'info',
  confidence: 'medium',
  summary: 'Bound the attempts in flight where calls may pile up',
  documentation: () => ({
    why: `
Each attempt in flight holds a socket, memory and a place at the server. While a server hangs, none of them ends before its timeout: at 2,000 calls per second and
8 s, 16,000 are in flight, where there were 200. A client has some 28,000 ports to one address, and often fewer files. The breaker opens only when the first ones
have timed out.

The same happens to an endpoint of a lower rank: when the first one fails, it gets all calls at once, and it is often the smaller one. A concurrency limit
refuses what would not be answered in time anyway.
`,
    sources: [
      {
        title: 'Google SRE Book, Addressing Cascading Failures',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
      {title: 'Concurrency limits', url: 'docs/guides/concurrency.md'},
    ],
    bad: [
      {
        name: 'a server that hangs under much traffic',
        text: '{\n  "objective": {"assume": {"rps": 2000}}\n}\n',
        findings: [
          {
            message:
              'If the server hangs, 2000 calls per second wait for up to 8000 ms, which makes 16000 in flight, and no limit bounds them. Set concurrency.',
            at: '2:28',
            marks: '"rps"',
          },
        ],
      },
      {
        name: 'a site that gets all traffic when the first one fails',
        text: '{\n  "endpoints": [\n    {"name": "primary", "origin": "https://fra.booking.example", "rank": 1},\n    {"name": "dr", "origin": "https://dub.booking.example", "rank": 2}\n  ],\n  "objective": {"instances": 10, "assume": {"rps": 90}}\n}\n',
        findings: [
          {
            message:
              'If primary fails, 900 calls per second go to dr at once, and no limit bounds them. Set concurrency, unless it takes as many.',
            at: '2:3',
            marks: '"endpoints"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a limit',
        text: '{\n  "concurrency": {"kind": "fixed", "max": 400},\n  "objective": {"assume": {"rps": 2000}}\n}\n',
      },
      {
        name: 'endpoints of one rank',
        text: '{\n  "endpoints": [\n    {"name": "ams", "origin": "https://ams.booking.example"},\n    {"name": "fra", "origin": "https://fra.booking.example"}\n  ],\n  "objective": {"instances": 10, "assume": {"rps": 90}}\n}\n',
      },
    ],
  }),

  needs: ['objective'],
  fields: ['concurrency'],
  reads: ['attemptTimeoutMs', 'backoff', 'breaker', 'deadlineMs', 'endpoints', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps ?? 0;
    if (concurrency !== null || rps === 0) return;
    yield* hanging(scope, rps);
    yield* moving(scope, rps * (objective?.instances ?? 1));
  },
});

/** Attempts in flight from one process to one address, at which ports and files run short. */
const MANY = 10_000;
/** Calls per second of all processes; fewer are not reported. */
const MANY_PER_SECOND = 100;

function* hanging(scope: Scope, rps: number): Iterable<Draft> {
  const {policy, dialect} = scope;
  const {attemptTimeoutMs, deadlineMs, breaker} = policy;
  // A breaker opens when the first attempts have timed out.
  const wholeMs = breaker === null ? undisturbedMs(policy, retriesOf(policy) + 1, false) : attemptTimeoutMs;
  const heldMs = Math.min(wholeMs ?? Number.POSITIVE_INFINITY, deadlineMs ?? Number.POSITIVE_INFINITY);
  const most = inFlight(rps, heldMs);
  // RL301 and RL302 report calls without an end.
  if (!Number.isFinite(most) || most < MANY) return;
  yield {
    at: 'objective.assume.rps',
    message: `If the server hangs, ${formatNumber(rps)} calls per second wait for up to ${dialect.words.ms(heldMs)}, which makes ${formatNumber(most)} in flight, and no limit bounds them. Set concurrency.`,
  };
}

function* moving(scope: Scope, perSecond: number): Iterable<Draft> {
  const endpoints = rankedEndpoints(scope.policy);
  const best = Math.min(...endpoints.map(({rank}) => rank));
  const [first, spare] = [endpoints.filter(({rank}) => rank === best), endpoints.filter(({rank}) => rank > best)];
  if (spare.length === 0 || perSecond < MANY_PER_SECOND) return;
  const names = (list: typeof endpoints): string => formatList(list.map(({name}) => name));
  yield {
    at: 'endpoints',
    message: `If ${names(first)} ${first.length === 1 ? 'fails' : 'fail'}, ${formatNumber(perSecond)} calls per second go to ${names(spare)} at once, and no limit bounds them. Set concurrency, unless ${spare.length === 1 ? 'it takes' : 'they take'} as many.`,
  };
}
