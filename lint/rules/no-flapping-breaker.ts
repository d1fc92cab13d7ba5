import {formatMs} from '../analysis/format.ts';
import {isSure} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type Rule} from '../rule.ts';

export const flappingBreaker: Rule = defineRule({
  code: 'RL213',
  name: 'no-flapping-breaker',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Let the breaker rest, and let it close again',
  why: `
A breaker that opens for less than a second gives nothing time to recover: it lets the storm through, opens, and lets it through
again, several times a second. One that lets no probe through never learns that the server is back: for this client the outage
lasts until the process ends.
`,
  sources: [
    {
      title: 'M. Brooker, Will circuit breakers solve my problems? (2022)',
      url: 'https://brooker.co.za/blog/2022/02/16/circuit-breakers.html',
    },
    {title: 'Polly, Circuit breaker', url: 'https://www.pollydocs.org/strategies/circuit-breaker.html'},
  ],
  bad: [
    {
      name: 'open for a tenth of a second',
      text: '{\n  "breaker": {"openMs": 100}\n}\n',
      findings: [
        {
          message:
            'The breaker is open for 100 ms, less than 1000 ms: it opens and closes several times a second, and nothing recovers in between.',
          at: '2:15',
          marks: '"openMs"',
        },
      ],
    },
    {
      name: 'never closes',
      text: '{\n  "breaker": {"probes": 0}\n}\n',
      findings: [
        {
          message:
            'Once open, the breaker never closes: 0 probes can succeed, so the outage lasts until the process ends.',
          at: '2:15',
          marks: '"probes"',
          severity: 'error',
        },
      ],
      fixed: '{\n  "breaker": {"probes": 3}\n}\n',
    },
  ],
  good: [{name: 'fifteen seconds, then three probes', text: '{\n  "breaker": {"openMs": 15000, "probes": 3}\n}\n'}],

  *check(scope): Iterable<Draft> {
    const {breaker} = scope.policy;
    if (breaker === null || !isSure(scope, 'breaker')) return;
    if (breaker.openMs < SECOND && isSure(scope, 'breaker.openMs')) {
      const changes: Change[] = [{do: 'set', path: 'breaker.openMs', value: 15_000}];
      if (breaker.maxOpenMs !== null && breaker.maxOpenMs < 15_000)
        changes.push({do: 'set', path: 'breaker.maxOpenMs', value: 60_000});
      yield {
        at: 'breaker.openMs',
        message: `The breaker is open for ${formatMs(breaker.openMs)}, less than ${formatMs(SECOND)}: it opens and closes several times a second, and nothing recovers in between.`,
        suggestions: [{title: 'Set openMs to 15000', changes}],
      };
    }
    if (breaker.probes === 0 && isSure(scope, 'breaker.probes')) {
      yield {
        at: 'breaker.probes',
        message:
          'Once open, the breaker never closes: 0 probes can succeed, so the outage lasts until the process ends.',
        severity: 'error',
        fix: {title: 'Set probes to 3', changes: [{do: 'set', path: 'breaker.probes', value: 3}]},
      };
    }
  },
});

const SECOND = 1000;
