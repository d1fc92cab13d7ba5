import type {Policy} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {formatLimit, type Limit} from '../analysis/format-limits.ts';
import {heirsOf} from '../analysis/heirs.ts';
import {latenessOf} from '../analysis/late-attempts.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {alsoMeant, fitsOthers, isPlausible, RANGES, usableMs} from '../analysis/plausible-durations.ts';
import {buildsOn} from '../analysis/presets.ts';
import {relatedTo} from '../analysis/related.ts';
import {assign, settingAll} from '../analysis/setting.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {valueAt} from '../model/setter.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const implausibleDuration: Check = {
  fields: [],

  *check(scope, scopes): Iterable<Draft> {
    const {defaults, words, unit} = scope.dialect;
    for (const [path, leastMs, mostMs] of RANGES) {
      const value = valueAt(scope.policy, path.split('.'));
      if (typeof value !== 'number' || value === 0) continue;
      const factor = value < leastMs ? 1000 : value > mostMs ? 1 / 1000 : 1;
      // The suggestions are for a runtime that counts milliseconds. Of one that counts seconds only what is too long is a slip.
      if (factor === 1 || unit === undefined || (factor > 1 && unit !== 'milliseconds') || !isSetHere(scope, path))
        continue;
      const meant = value * factor;
      if (isPlausible(scope.policy, path, value, meant) || value === valueAt(defaults, path.split('.'))) continue;
      const usable = factor < 1 && path === 'deadlineMs' ? usableMs(scope.policy) : undefined;
      const what = `${words.name(path)} is ${words.ms(value)}, which is`;
      const likely =
        factor > 1
          ? `implausibly short. If ${formatNumber(value)} s is meant, write ${words.ms(meant)}.`
          : usable === undefined
            ? `implausibly long. Durations are in ${unit}: ${words.ms(meant)} is more usual.`
            : `far above what a call can use: all its attempts and waits end within ${words.ms(Math.ceil(usable))}.`;
      const isWhole = path.startsWith('objective.') || Number.isInteger(meant);
      const also = alsoMeant(scope.policy, path, meant);
      const changes = [{path, ms: meant}, ...(also && isSetHere(scope, also.path) ? [also] : [])];
      const limits = Object.fromEntries(changes.map(change => [change.path, change.ms]));
      const fits = heirsOf(scope, scopes, path).every(heir => isBetter(heir, {...heir.policy, ...limits}, path, meant));
      const fix = settingAll(scope, changes);
      const severity = usable === undefined ? {} : {severity: 'info' as const};
      yield {at: path, message: `${what} ${likely}`, ...severity, ...(isWhole && fits && {fix})};
    }
    yield* shortList(scope);
  },
};

/** Whether other limits contradict nothing and all attempts end in time: what RL303 would report is no fix. */
const isBetter = (scope: Scope, policy: Policy, path: string, meantMs: number): boolean =>
  fitsOthers(policy, path, meantMs) && latenessOf({...scope, policy})?.isMinor !== false;

/** Waits of a few milliseconds that would fit into the call as seconds. */
function* shortList(scope: Scope): Iterable<Draft> {
  const {backoff, deadlineMs} = scope.policy;
  if (backoff.kind !== 'list' || !isSetHere(scope, 'backoff.delaysMs')) return;
  const longest = Math.max(...backoff.delaysMs);
  const value = backoff.delaysMs.map(ms => ms * 1000);
  const sumMs = value.reduce((sum, ms) => sum + ms, 0);
  if (longest === 0 || longest >= 100 || sumMs > (deadlineMs ?? Infinity)) return;
  yield {
    at: 'backoff.delaysMs',
    message: `The longest wait is ${longest} ms, which is implausibly short. If seconds are meant, write ${scope.words.allMs(value)}.`,
  };
}

const implausibleQuota: FormerCheck = {
  formerly: 'RL226',
  confidence: 'medium',
  needs: ['quota'],
  fields: ['quota', 'quota.limits'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const limits = (scope.policy.quota?.limits ?? []).map((limit, index) => ({...limit, index}));
    const requests = limits.filter(({unit}) => unit === 'requests').sort((a, b) => a.max / a.perMs - b.max / b.perMs);
    const [lowest] = requests;
    for (const limit of limits) if (limit.unit !== 'requests') yield* fewTokens(scope, limit, lowest);
    if (lowest === undefined) return;
    const isModel = buildsOn(scope, 'steadfetch:llm') || isModelRoute(scope);
    if (isModel && lowest.perMs <= SECOND && perMinute(lowest) >= MANY_PER_MINUTE) yield perSecond(scope, lowest);
  },
};

type Indexed = Limit & {readonly index: number};

const SECOND = 1000;
const MINUTE = 60_000;
const MANY_PER_MINUTE = 6000;
/** The smallest accounts of vendors admit 20 tokens for each request. */
const LEAST_TOKENS = 5;
/** The client counts 16 for a chat request of two letters, by its bytes. */
const LEAST_OF_CALL = 100;

const perMinute = ({max, perMs}: Limit): number => (max * MINUTE) / perMs;

function* fewTokens(scope: Scope, limit: Indexed, requests: Indexed | undefined): Iterable<Draft> {
  const each = requests === undefined ? Infinity : perMinute(limit) / perMinute(requests);
  if (each >= LEAST_TOKENS && limit.max >= LEAST_OF_CALL) return;
  const isOfAll = requests !== undefined && each < LEAST_TOKENS;
  const few = isOfAll
    ? `and ${formatLimit(scope, requests)} make ${formatNumber(each)} tokens for each request`
    : 'are less than one call takes';
  yield {
    at: `quota.limits[${limit.index}].max`,
    message: `${formatLimit(scope, limit)} ${few}, and a call with more than ${limit.max} is refused at once. Check the number.`,
    related: isOfAll ? relatedTo(scope, `quota.limits[${requests.index}]`) : [],
  };
}

function perSecond(scope: Scope, limit: Indexed): Draft {
  const path = `quota.limits[${limit.index}].perMs`;
  return {
    at: path,
    message: `${formatLimit(scope, limit)} are ${formatNumber(perMinute(limit))} in a minute, and vendors of models state limits per minute. If ${limit.max} in a minute are meant, set perMs to ${MINUTE}.`,
    severity: 'info',
    confidence: 'low',
    suggestions: [assign(`Set perMs to ${MINUTE}`, path, MINUTE)],
  };
}

export const unitSlip: Rule = builtIn('RL602', implausibleDuration, implausibleQuota);
