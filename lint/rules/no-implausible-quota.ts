import {formatNumber} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const implausibleQuota: Rule = builtIn('RL226', {
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
