import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {formatList} from '../analysis/format.ts';
import {mayBeGrpcPath} from '../analysis/grpc-path.ts';
import {heirsOf} from '../analysis/heirs.ts';
import {hiddenRoute} from '../analysis/hidden-route.ts';
import {FIT_FIELDS, retrying} from '../analysis/late-attempts.ts';
import {getsGet, lacksConnections, lacksDefaults} from '../analysis/lost-defaults.ts';
import {singleAttempt} from '../analysis/lost-effects.ts';
import {isRegistered} from '../analysis/methods.ts';
import {
  isThrottledByDesign,
  lacksTimeouts,
  leadsElsewhere,
  type Missing,
  missingIn,
  unthrottled,
} from '../analysis/missing-triggers.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayHarm, repeatRisks} from '../analysis/repeat-risk.ts';
import {asByDefault, defaultTriggers, isKeyed, mayRetry, retriesOf} from '../analysis/retryability.ts';
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
  reads:
    'backoff deadlineMs endpoints failover hedge idempotency idempotentMethods match maxAttempts objective paid'.split(
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

const EVENTS: Readonly<Record<Missing, string>> = {
  network: 'a refused connection',
  timeout: 'a timeout',
  429: 'a 429',
};

function several(scope: Scope, scopes: readonly Scope[], missing: readonly Missing[]): Draft {
  const all = assign('Retry all of them', 'retryOn', [...missing, ...scope.policy.retryOn]);
  return {
    at: 'retryOn',
    message: `retryOn replaces the default list: ${formatList(missing.map(each => EVENTS[each]))} end the call. List ${formatList(missing.map(each => JSON.stringify(each)))} too, if they are to be retried.`,
    suggestions: mayHarm(scope, scopes) ? [] : retrying(scope, scopes, all),
  };
}

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
