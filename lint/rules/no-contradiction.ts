import {checkInvariants} from '../../src/policy/invariants.ts';
import {isSure} from '../model/scope.ts';
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
same code. A cap below the base is not refused, but then the base never counts.
`,
  sources: [{title: 'The policy file', url: 'https://steadfetch.dev/policy'}],
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

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    for (const {path, message} of checkInvariants(policy)) {
      // An endless call is RL201's to tell.
      if (path === 'maxAttempts') continue;
      if (isSure(scope, path.replace(/\[\d+\]$/, ''))) yield {at: path, message: `${path} ${message}.`};
    }
    const {backoff} = policy;
    if (!('capMs' in backoff) || !isSure(scope, 'backoff.capMs', 'backoff.baseMs') || backoff.capMs >= backoff.baseMs)
      return;
    const fact = `backoff.capMs is ${backoff.capMs} ms, below baseMs (${backoff.baseMs} ms)`;
    const message = `${fact}: every wait is ${backoff.capMs} ms, and the base never counts.`;
    yield {
      at: 'backoff.capMs',
      message,
      severity: 'warning',
      related: [{at: 'backoff.baseMs', message: 'The base is set here.'}],
    };
  },
});
