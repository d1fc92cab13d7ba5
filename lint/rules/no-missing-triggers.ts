import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isGrpcPath, mayBeGrpcPath} from '../analysis/grpc-path.ts';
import {heirsOf} from '../analysis/heirs.ts';
import {hiddenRoute} from '../analysis/hidden-route.ts';
import {FIT_FIELDS, retrying} from '../analysis/late-attempts.ts';
import {getsGet, lacksConnections, lacksDefaults} from '../analysis/lost-defaults.ts';
import {singleAttempt} from '../analysis/lost-effects.ts';
import {isRegistered} from '../analysis/methods.ts';
import {buildsOn} from '../analysis/presets.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayHarm, repeatRisks} from '../analysis/repeat-risk.ts';
import {
  asByDefault,
  defaultTriggers,
  isKeyed,
  mayRepeat,
  mayRetry,
  paysForTimeouts,
  retriesOf,
} from '../analysis/retryability.ts';
import {assign, settingHere} from '../analysis/setting.ts';
import {isNative} from '../dialects/native.ts';
import {isSetByRoute, isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const emptyTriggers: Check = {
  needs: ['retryOn'],
  fields: ['retryOn'],
  reads: [...FIT_FIELDS, 'idempotency', 'idempotentMethods', 'match', 'maxAttempts'],
  bears: FIT_FIELDS.filter(field => field !== 'hedge'),

  *check(scope, scopes) {
    if (isWithoutTriggers(scope)) yield withoutTriggers(scope, scopes);
  },
};

/** A hedge needs no trigger, and other calls than those of gRPC never end with a code. */
const isWithoutTriggers = ({match, policy}: Scope): boolean =>
  policy.retryOn.every(isCodeName) &&
  policy.hedge === null &&
  retriesOf(policy) > 0 &&
  !(policy.retryOn.length > 0 && mayBeGrpcPath(match?.path));

function withoutTriggers(scope: Scope, scopes: readonly Scope[]): Draft {
  const {retryOn} = scope.policy;
  const attempts = retriesOf(scope.policy) + 1;
  const count = Number.isFinite(attempts) ? `${attempts} attempts are` : 'unlimited attempts are';
  const once = settingHere(scope, 'maxAttempts', 1);
  // Other scopes with the list make attempts of their own.
  const [same, inherited] = [heirsOf(scope, scopes, 'retryOn'), heirsOf(scope, scopes, 'maxAttempts')];
  const isAlone = same.every(heir => heir === scope || (scope.match === undefined && inherited.includes(heir)));
  return {
    at: 'retryOn',
    message: `${scope.words.name('retryOn')} ${retryOn.length === 0 ? 'is empty' : 'lists codes of gRPC alone'}, so nothing is retried although ${count} allowed. List triggers, or set ${scope.words.key('maxAttempts')} to ${scope.words.value('maxAttempts', 1)}.`,
    related: relatedTo(scope, 'maxAttempts'),
    suggestions: [
      ...retrying(scope, scopes, asByDefault(scope)),
      singleAttempt(scope, scopes, {
        title: once.title,
        changes: [...(isAlone ? [defaultTriggers(scope)] : []), ...once.changes],
      }),
    ],
  };
}

/** What else decides whether several failures are missing. */
const OTHERS = 'attemptTimeoutMs deadlineMs endpoints failover idempotency idempotentMethods paid'.split(' ');

const unretriedTimeouts: FormerCheck = {
  formerly: 'RL305',
  severity: 'info',
  needs: ['retryOn'],
  fields: ['attemptTimeoutMs', 'retryOn'],
  reads: 'backoff deadlineMs endpoints failover hedge idempotency idempotentMethods match maxAttempts objective paid'.split(
    ' ',
  ),
  bears: ['backoff', 'endpoints', 'failover', 'hedge', 'objective'],

  *check(scope, scopes) {
    const {attemptTimeoutMs, retryOn} = scope.policy;
    if (!lacksTimeouts(scope) || missingIn(scope).length > 1) return;
    yield {
      at: mostSpecific(scope, 'retryOn', 'attemptTimeoutMs'),
      message: `An attempt that takes ${scope.words.ms(attemptTimeoutMs!)} ends the call, because ${scope.words.value('retryOn', 'timeout')} is not in ${scope.words.name('retryOn')}. Add it.`,
      related: relatedTo(scope, 'attemptTimeoutMs'),
      suggestions: retrying(scope, scopes, assign('Retry timeouts', 'retryOn', [...retryOn, 'timeout'])),
    };
  },
};

function lacksTimeouts(scope: Scope): boolean {
  const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
  if (attemptTimeoutMs === null || retryOn.includes('timeout') || scope.file.shape?.repeats !== undefined) return false;
  // Of gRPC, what has a timeout of its own: elsewhere the deadline is the time limit.
  if (retryOn.every(isCodeName) && !(isGrpcPath(scope.match?.path) && isSetHere(scope, 'attemptTimeoutMs')))
    return false;
  // The default list has timeouts, and RL304 reports a timeout as long as the deadline.
  if (lacksDefaults(scope) || (deadlineMs !== null && attemptTimeoutMs >= deadlineMs)) return false;
  // RL101 recommends the opposite for methods whose repetition may do harm.
  if (repeatRisks(scope, 'retryOn').length > 0) return false;
  return mayRetry(scope) && mayRepeat(scope) && !paysForTimeouts(scope.policy);
}

const unretriedThrottling: FormerCheck = {
  formerly: 'RL412',
  severity: 'info',
  confidence: 'medium',
  needs: ['retryOn'],
  fields: ['maxAttempts'],
  reads: ['match', 'retryOn', ...OTHERS],
  bears: OTHERS,

  *check(scope): Iterable<Draft> {
    const shown = unthrottled(scope);
    if (shown === undefined || missingIn(scope).length > 1) return;
    yield {
      at: 'retryOn',
      message: `${scope.words.name('retryOn')} lists ${shown} but not 429, so a throttled call fails at once, without the delay that the server asks for. Add 429.`,
      ...(isThrottledByDesign(scope) ? {severity: 'warning'} : {}),
      fix: assign('Retry 429 too', 'retryOn', [429, ...scope.policy.retryOn]),
    };
  },
};

/** The first sign of an overload in a list without 429. */
function unthrottled(scope: Scope): RetryTrigger | undefined {
  const {retryOn} = scope.policy;
  // gRPC calls end with codes, not with statuses.
  if (!scope.dialect.capabilities.honorsHint || isGrpcPath(scope.match?.path)) return undefined;
  if (!mayRetry(scope) || !isSetHere(scope, 'retryOn')) return undefined;
  if (lacksDefaults(scope) || THROTTLED.some(trigger => retryOn.includes(trigger))) return undefined;
  return OVERLOADED.find(trigger => retryOn.includes(trigger)) ?? retryOn.find(isServerError);
}

const THROTTLED: readonly RetryTrigger[] = [429, '4xx', 'RESOURCE_EXHAUSTED'];
const OVERLOADED: readonly RetryTrigger[] = [503, '5xx', 529];

const isServerError = (trigger: RetryTrigger): boolean => typeof trigger === 'number' && trigger >= 500;

const isThrottledByDesign = (scope: Scope): boolean =>
  ['steadfetch:llm', 'steadfetch:batch'].some(preset => buildsOn(scope, preset));

const lostDefaults: FormerCheck = {
  formerly: 'RL418',
  severity: 'info',
  confidence: 'medium',
  needs: ['extends', 'idempotentMethods', 'retryOn'],
  fields: ['idempotentMethods', 'retryOn'],
  reads: [...FIT_FIELDS, 'endpoints', 'failover', 'idempotency', 'match', 'maxAttempts'],
  bears: FIT_FIELDS,

  *check(scope, scopes) {
    // Other languages have no default list.
    if (!mayRetry(scope) || !isNative(scope.dialect)) return;
    const missing = missingIn(scope);
    if (missing.length > 1) yield several(scope, scopes, missing);
    else yield* lacksDefaults(scope) ? lostTriggers(scope, scopes) : lostConnections(scope, scopes);
    yield* lostMethods(scope);
    yield* hiddenRoute(scope, scopes);
  },
};

const EVENTS = {network: 'a refused connection', timeout: 'a timeout', 429: 'a 429'} as const;
type Missing = keyof typeof EVENTS;

/** Of the default list, what a list of this file does not have and should: one info, where each of them is an info. */
function missingIn(scope: Scope): Missing[] {
  if (!isNative(scope.dialect) || !isSetHere(scope, 'retryOn') || leadsElsewhere(scope)) return [];
  if (isThrottledByDesign(scope)) return [];
  const isOpen = lacksConnections(scope) && repeatRisks(scope, 'retryOn').length === 0;
  return [
    ...(isOpen ? (['network'] as const) : []),
    ...(lacksTimeouts(scope) ? (['timeout'] as const) : []),
    ...(unthrottled(scope) === undefined ? [] : ([429] as const)),
  ];
}

function several(scope: Scope, scopes: readonly Scope[], missing: readonly Missing[]): Draft {
  const all = assign('Retry all of them', 'retryOn', [...missing, ...scope.policy.retryOn]);
  return {
    at: 'retryOn',
    message: `retryOn replaces the default list: ${formatList(missing.map(each => EVENTS[each]))} end the call. List ${formatList(missing.map(each => JSON.stringify(each)))} too, if they are to be retried.`,
    suggestions: mayHarm(scope, scopes) ? [] : retrying(scope, scopes, all),
  };
}

/** A refused connection would lead to another endpoint. */
const leadsElsewhere = ({policy: {endpoints, failover}}: Scope): boolean =>
  endpoints !== null && endpoints.length > 1 && failover.on.includes('network');

function* lostTriggers(scope: Scope, scopes: readonly Scope[]): Iterable<Draft> {
  const {retryOn} = scope.policy;
  yield {
    at: 'retryOn',
    message: `retryOn replaces the default list: ${formatList(retryOn.map(String))} ${retryOn.length === 1 ? 'is' : 'are'} retried, and 429, 503, network failures and timeouts are not. List them too, if they are to be retried.`,
    suggestions: retrying(
      scope,
      scopes,
      assign('Add the default list', 'retryOn', [...retryOn, ...defaultPolicy.retryOn]),
    ),
  };
}

function* lostConnections(scope: Scope, scopes: readonly Scope[]): Iterable<Draft> {
  const {retryOn} = scope.policy;
  if (!lacksConnections(scope) || repeatRisks(scope, 'retryOn').length > 0) return;
  const stays = leadsElsewhere(scope);
  yield {
    at: 'retryOn',
    message: `A refused connection ends the call${stays ? ' before another endpoint is tried' : ''}, because "network" is not in retryOn. Add it.`,
    ...(stays && {severity: 'warning'}),
    suggestions: mayHarm(scope, scopes) ? [] : [assign('Retry network failures', 'retryOn', [...retryOn, 'network'])],
  };
}

function* lostMethods(scope: Scope): Iterable<Draft> {
  const {policy, match} = scope;
  const methods = policy.idempotentMethods;
  if (!isSetHere(scope, 'idempotentMethods') || methods.length === 0 || methods.includes('GET')) return;
  // RL403 reports a method that is misspelt.
  if (!getsGet(scope) || isKeyed(policy, 'GET') || !methods.every(isRegistered)) return;
  const value = [...new Set([...defaultPolicy.idempotentMethods, ...methods])];
  yield {
    at: 'idempotentMethods',
    message: `idempotentMethods replaces the default list: ${formatList(methods)} may be repeated, and GET ${match?.path ?? 'on every path'} is not retried after a timeout or a server error. List GET too.`,
    // At the top, the calls may all be POSTs.
    ...(match !== undefined && isSetByRoute(scope, 'idempotentMethods') && {severity: 'warning'}),
    suggestions: [assign('Add the default list', 'idempotentMethods', value)],
  };
}

export const missingTriggers: Rule = builtIn(
  'RL408',
  emptyTriggers,
  unretriedTimeouts,
  unretriedThrottling,
  lostDefaults,
);
