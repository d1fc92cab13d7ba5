import {checkInvariants} from '../../src/policy/invariants.ts';
import type {LatencyQuantiles} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const contradiction: Rule = defineRule({
  code: 'RL401',
  name: 'no-contradiction',
  category: 'correctness',
  severity: 'error',
  confidence: 'high',
  summary: 'Let no field contradict another',
  why: `
Every field may be right by itself and the policy wrong as a whole: two delays for one hedge, one header for two ids, a breaker
that opens for longer than it may. The client refuses to run such a policy, and names the same conditions, since both ask the
same code. A cap below the base is not refused, but then the base never counts. An objective is never read by the client, but a median above the
99th percentile is a slip, and whatever is predicted from it is wrong.
`,
  sources: [{title: 'The policy file', url: 'docs/policy.md'}],
  bad: [
    {
      name: 'a breaker that opens for longer than its longest',
      text: '{\n  "breaker": {"openMs": 90000, "maxOpenMs": 60000}\n}\n',
      findings: [
        {
          message: 'breaker.openMs is 90000 ms, above maxOpenMs (60000 ms); raise maxOpenMs or lower openMs.',
          at: '2:15',
          marks: '"openMs"',
        },
      ],
    },
    {
      name: 'a median above the 99th percentile',
      text: '{\n  "objective": {"assume": {"latencyMs": {"p50": 900, "p99": 300}}}\n}\n',
      findings: [
        {
          message:
            'objective.assume.latencyMs.p50 is 900 ms, above p99 (300 ms): half of the answers cannot be slower than 99 % of them.',
          at: '2:42',
          marks: '"p50"',
        },
      ],
    },
    {
      name: 'more attempts that end badly than there are',
      text: '{\n  "objective": {"assume": {"failureRatio": 0.7, "hangRatio": 0.5}}\n}\n',
      findings: [
        {
          message:
            'objective.assume.failureRatio is 0.7, and with a hangRatio of 0.5 that makes 1.2 of all attempts, above 1.',
          at: '2:28',
          marks: '"failureRatio"',
        },
      ],
    },
    {
      name: 'a cap below the base',
      text: '{\n  "backoff": {"baseMs": 500, "capMs": 200}\n}\n',
      findings: [
        {
          message: 'backoff.capMs is 200 ms, below baseMs (500 ms): every wait is 200 ms, and the base never counts.',
          at: '2:30',
          marks: '"capMs"',
          severity: 'warning',
        },
      ],
    },
  ],
  good: [{name: 'a cap above the base', text: '{\n  "backoff": {"baseMs": 200, "capMs": 5000}\n}\n'}],

  judges: [],
  reads: [
    'backoff',
    'breaker',
    'budget',
    'correlation',
    'deadlineHeader',
    'deadlineMs',
    'hedge',
    'idempotency',
    'maxAttempts',
    'objective',
  ],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {words} = scope.dialect;
    for (const {path, message} of checkInvariants(policy)) {
      // An endless call is RL201's to tell.
      if (path === 'maxAttempts') continue;
      yield {at: path, message: `${words.name(path)} ${message}.`};
    }
    yield* fallingQuantiles(scope, 'objective.latencyMs', policy.objective?.latencyMs);
    yield* fallingQuantiles(scope, 'objective.assume.latencyMs', policy.objective?.assume?.latencyMs);
    yield* tooManyFailures(scope);
    const {backoff} = policy;
    // A route can set the cap of another kind, which is reported above.
    if (backoff.kind !== 'exponential' && backoff.kind !== 'linear') return;
    if (!isSure(scope, 'backoff.baseMs') || backoff.capMs >= backoff.baseMs) return;
    const capMs = words.ms(backoff.capMs);
    const fact = `${words.name('backoff.capMs')} is ${capMs}, below ${words.key('backoff.baseMs')} (${words.ms(backoff.baseMs)})`;
    const message = `${fact}: every wait is ${capMs}, and the base never counts.`;
    yield {
      at: 'backoff.capMs',
      message,
      severity: 'warning',
      related: [{at: 'backoff.baseMs', message: 'The base is set here.'}],
    };
  },
});

const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const;
const SLOWER = {p50: 'half of the answers', p95: '5 % of the answers', p99: '1 % of the answers', max: ''} as const;
const FASTER = {p50: '', p95: '95 % of them', p99: '99 % of them', max: 'the slowest'} as const;

/** A quantile above the next higher one that is written. */
function* fallingQuantiles(scope: Scope, base: string, latencies: LatencyQuantiles = {}): Iterable<Draft> {
  const {words} = scope.dialect;
  const known = QUANTILES.flatMap(name => {
    const ms = latencies[name];
    return ms === undefined || !isSure(scope, `${base}.${name}`) ? [] : [{name, ms}];
  });
  for (const [index, {name, ms}] of known.entries()) {
    const next = known[index + 1];
    if (next === undefined || ms <= next.ms) continue;
    yield {
      at: `${base}.${name}`,
      message: `${words.name(`${base}.${name}`)} is ${words.ms(ms)}, above ${next.name} (${words.ms(next.ms)}): ${SLOWER[name]} cannot be slower than ${FASTER[next.name]}.`,
      related: [{at: `${base}.${next.name}`, message: `${next.name} is set here.`}],
    };
  }
}

function* tooManyFailures(scope: Scope): Iterable<Draft> {
  const {failureRatio = 0, hangRatio = 0} = scope.policy.objective?.assume ?? {};
  const sum = failureRatio + hangRatio;
  if (sum <= 1 || !isSure(scope, 'objective.assume.failureRatio', 'objective.assume.hangRatio')) return;
  yield {
    at: 'objective.assume.failureRatio',
    message: `objective.assume.failureRatio is ${failureRatio}, and with a hangRatio of ${hangRatio} that makes ${formatNumber(sum)} of all attempts, above 1.`,
    related: [{at: 'objective.assume.hangRatio', message: 'hangRatio is set here.'}],
  };
}
