import {formatNumber} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const implausibleQuota: Rule = defineRule({
  code: 'RL226',
  name: 'no-implausible-quota',
  category: 'load',
  severity: 'warning',
  confidence: 'medium',
  summary: 'State the limits of the account in their units',
  documentation: () => ({
    why: `
A quota is copied from the page of a vendor, and a digit or a unit is lost. Two slips show without knowing the account:

- A token limit that admits less than five tokens for each request of its limit of requests: 2,000 was written for 2,000,000. A call with more tokens than the whole
  limit is refused at once (QUOTA_TOO_LARGE).
- A limit per second for a model. Vendors state them per minute, and 500 per second are 30,000 per minute: the quota paces nothing, and bursts get 429s.
`,
    sources: [
      {title: 'OpenAI, Rate limits', url: 'https://platform.openai.com/docs/guides/rate-limits'},
      {title: 'Anthropic, Rate limits', url: 'https://docs.anthropic.com/en/api/rate-limits'},
      {title: 'Quota', url: 'docs/guides/quota.md'},
    ],
    bad: [
      {
        name: 'three digits are missing',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "quota": {\n    "limits": [\n      {"unit": "requests", "max": 4000, "perMs": 60000},\n      {"unit": "inputTokens", "max": 2000, "perMs": 60000}\n    ]\n  }\n}\n',
        findings: [
          {
            message:
              '2000 input tokens in 60000 ms and 4000 requests in 60000 ms make 0.5 tokens for each request, and a call with more than 2000 is refused at once. Check the number.',
            at: '6:31',
            marks: '"max"',
          },
        ],
      },
      {
        name: 'a limit per minute, written per second',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 1000}]}\n}\n',
        findings: [
          {
            message:
              '500 requests in 1000 ms are 30000 in a minute, and vendors of models state limits per minute. If 500 in a minute are meant, set perMs to 60000.',
            at: '3:57',
            marks: '"perMs"',
            severity: 'info',
          },
        ],
      },
    ],
    good: [
      {
        name: 'the limits of an account',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "quota": {\n    "limits": [\n      {"unit": "requests", "max": 500, "perMs": 60000},\n      {"unit": "tokens", "max": 30000, "perMs": 60000}\n    ]\n  }\n}\n',
      },
      {
        name: 'a service of your own, per second',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 1000}]}\n}\n',
      },
    ],
  }),

  needs: ['quota'],
  fields: ['quota', 'quota.limits'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const limits = (scope.policy.quota?.limits ?? []).map((limit, index) => ({...limit, index}));
    const requests = limits.filter(({unit}) => unit === 'requests').sort((a, b) => a.max / a.perMs - b.max / b.perMs);
    const [lowest] = requests;
    if (lowest === undefined) return;
    for (const limit of limits) if (limit.unit !== 'requests') yield* fewTokens(scope, limit, lowest);
    const isModel = buildsOn(scope, 'steadfetch:llm') || isModelRoute(scope);
    if (isModel && lowest.perMs <= SECOND && perMinute(lowest) >= MANY_PER_MINUTE) yield perSecond(scope, lowest);
  },
});

interface Limit {
  readonly index: number;
  readonly unit: string;
  readonly max: number;
  readonly perMs: number;
}

const SECOND = 1000;
const MINUTE = 60_000;
const MANY_PER_MINUTE = 6000;
/** The smallest accounts of vendors admit 20 tokens for each request. */
const LEAST_TOKENS = 5;

const perMinute = ({max, perMs}: Limit): number => (max * MINUTE) / perMs;

const formatLimit = ({dialect: {words}}: Scope, {unit, max, perMs}: Limit): string =>
  `${max} ${UNITS[unit]} in ${words.ms(perMs)}`;

const UNITS: Readonly<Record<string, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
};

function* fewTokens(scope: Scope, limit: Limit, requests: Limit): Iterable<Draft> {
  const each = perMinute(limit) / perMinute(requests);
  if (each >= LEAST_TOKENS) return;
  yield {
    at: `quota.limits[${limit.index}].max`,
    message: `${formatLimit(scope, limit)} and ${formatLimit(scope, requests)} make ${formatNumber(each)} tokens for each request, and a call with more than ${limit.max} is refused at once. Check the number.`,
    related: [{at: `quota.limits[${requests.index}]`, message: 'The limit of requests is stated here.'}],
  };
}

function perSecond(scope: Scope, limit: Limit): Draft {
  const path = `quota.limits[${limit.index}].perMs`;
  return {
    at: path,
    message: `${formatLimit(scope, limit)} are ${formatNumber(perMinute(limit))} in a minute, and vendors of models state limits per minute. If ${limit.max} in a minute are meant, set perMs to ${MINUTE}.`,
    severity: 'info',
    confidence: 'low',
    suggestions: [{title: `Set perMs to ${MINUTE}`, changes: [{do: 'set', path, value: MINUTE}]}],
  };
}
