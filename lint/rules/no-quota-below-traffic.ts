import {formatNumber, formatShare} from '../analysis/format.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const quotaBelowTraffic: Rule = defineRule({
  code: 'RL220',
  name: 'no-quota-below-traffic',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  summary: 'Expect no more calls than the quota admits',
  documentation: () => ({
    why: `
A quota spreads a burst: calls wait until the quota admits them. If calls arrive faster than it admits them, on average, the queue grows
until it is full, or until the wait exceeds the deadline or \`quota.maxWaitMs\`. From then on the excess is refused, and the other calls
wait for nearly as long as they may.

The rule compares the quota with \`objective.assume.rps\`, the calls of one process. Retries are not counted, so the real number is higher.
Send less, spread the calls over more accounts, or ask the vendor for a higher limit.
`,
    sources: [
      {
        title: 'D. Yanacek, Avoiding insurmountable queue backlogs (Amazon Builders’ Library)',
        url: 'https://aws.amazon.com/builders-library/avoiding-insurmountable-queue-backlogs/',
      },
      {title: 'OpenAI, Rate limits', url: 'https://platform.openai.com/docs/guides/rate-limits'},
    ],
    bad: [
      {
        name: '500 requests a minute for 20 calls a second',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},\n  "objective": {"assume": {"rps": 20}}\n}\n',
        findings: [
          {
            message:
              'The quota of 500 requests in 60000 ms admits 8.33 requests per second, but 20 calls per second are assumed: the queue grows until at least 58.3 % of the calls are refused. Send less, or raise the limit.',
            at: '2:13',
            marks: '"limits"',
          },
        ],
      },
      {
        name: 'without a queue',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 10, "perMs": 1000}], "queue": 0},\n  "objective": {"assume": {"rps": 12}}\n}\n',
        findings: [
          {
            message:
              'The quota of 10 requests in 1000 ms admits 10 requests per second, but 12 calls per second are assumed: at least 16.7 % of the calls are refused. Send less, or raise the limit.',
            at: '2:13',
            marks: '"limits"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a quota above the traffic',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},\n  "objective": {"assume": {"rps": 5}}\n}\n',
      },
      {
        name: 'only tokens are limited',
        text: '{\n  "quota": {"limits": [{"unit": "tokens", "max": 1000, "perMs": 60000}]},\n  "objective": {"assume": {"rps": 20}}\n}\n',
      },
      {
        name: 'traffic is not assumed',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 1, "perMs": 60000}]}\n}\n',
      },
    ],
  }),

  needs: ['quota'],
  fields: ['quota', 'quota.limits'],
  reads: ['objective', 'quota.queue'],

  *check(scope): Iterable<Draft> {
    const {quota, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (quota === null || rps === undefined) return;
    const limits = quota.limits
      .filter(({unit}) => unit === 'requests')
      .map(limit => ({...limit, perSecond: (limit.max / limit.perMs) * 1000}))
      .sort((a, b) => a.perSecond - b.perSecond);
    const [lowest] = limits;
    if (lowest === undefined || lowest.perSecond >= rps) return;
    const {max, perMs, perSecond} = lowest;
    const refused = `at least ${formatShare(1 - perSecond / rps)} of the calls are refused`;
    yield {
      at: mostSpecific(scope, 'quota.limits', 'objective'),
      message: `The quota of ${max} requests in ${scope.dialect.words.ms(perMs)} admits ${formatNumber(perSecond)} requests per second, but ${formatNumber(rps)} calls per second are assumed: ${quota.queue === 0 ? refused : `the queue grows until ${refused}`}. Send less, or raise the limit.`,
      related: [
        {at: 'quota.limits', message: 'The quota is set here.'},
        {at: 'objective.assume', message: 'The traffic is assumed here.'},
      ],
    };
  },
});
