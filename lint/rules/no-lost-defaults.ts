import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {PolicyInput, RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {isRegistered} from '../analysis/methods.ts';
import {isKeyed, mayRetry, namedMethods, namedNonIdempotent} from '../analysis/retryability.ts';
import {covers} from '../analysis/route-cover.ts';
import {isNative} from '../dialects/native.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const lostDefaults: Rule = builtIn('RL418', {
  needs: ['extends', 'idempotentMethods', 'retryOn'],
  fields: ['idempotentMethods', 'retryOn'],
  reads: ['idempotency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    // Other languages have no default list.
    if (!mayRetry(scope) || !isNative(scope.dialect)) return;
    yield* lostTriggers(scope);
    yield* lostMethods(scope);
    yield* hiddenRoute(scope);
  },
});

/** Statuses that are no refusal, and not in the default list. RL102 reports the refusals. */
const ADDED: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([409, 423, 424]);
const isAdded = (trigger: RetryTrigger): boolean =>
  ADDED.has(trigger) || (typeof trigger === 'number' && trigger > 504 && !isDefaultTrigger(trigger));
const isDefaultTrigger = (trigger: RetryTrigger): boolean =>
  trigger === '4xx' || trigger === '5xx' || defaultPolicy.retryOn.includes(trigger);

function* lostTriggers(scope: Scope): Iterable<Draft> {
  const {retryOn} = scope.policy;
  if (!isSetHere(scope, 'retryOn') || retryOn.some(isDefaultTrigger) || retryOn.some(isCodeName)) return;
  if (!retryOn.some(isAdded)) return;
  yield {
    at: 'retryOn',
    message: `retryOn replaces the default list: ${formatList(retryOn.map(String))} ${retryOn.length === 1 ? 'is' : 'are'} retried, and 429, 503, network failures and timeouts are not. List them too, if they are to be retried.`,
    suggestions: [
      {
        title: 'Add the default list',
        changes: [{do: 'set', path: 'retryOn', value: [...retryOn, ...defaultPolicy.retryOn]}],
      },
    ],
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
    ...(match === undefined ? {} : {severity: 'warning'}),
    suggestions: [{title: 'Add the default list', changes: [{do: 'set', path: 'idempotentMethods', value}]}],
  };
}

/** The first route that matches wins, also over the routes of a preset. */
function* hiddenRoute(scope: Scope): Iterable<Draft> {
  const {policy, match, layers, own} = scope;
  if (match === undefined || own.entry !== undefined || isSetHere(scope, 'idempotentMethods')) return;
  const lost = namedNonIdempotent(scope).filter(
    method => !policy.idempotentMethods.includes(method) && !isKeyed(policy, method),
  );
  for (const layer of layers) {
    if (layer.entry === undefined) continue;
    const hidden = (layer.data as PolicyInput).routes?.find(
      route => covers(route.match, match) && lost.some(method => route.idempotentMethods?.includes(method)),
    );
    if (hidden === undefined) continue;
    yield {
      at: 'match',
      message: `This route comes before route "${hidden.name}" of ${layer.name}, which has idempotentMethods: here ${formatList(lost)} is not retried when the server may have processed it. Set idempotentMethods, too.`,
      severity: 'warning',
    };
    return;
  }
}

/** A route without methods for one path may be meant for POST. */
function getsGet(scope: Scope): boolean {
  const path = scope.match?.path;
  const named = namedMethods(scope);
  if (isGrpcPath(path)) return false;
  return named === undefined ? (path?.includes('*') ?? true) : named.includes('GET');
}
