import {formatList} from '../analysis/format.ts';
import {actingWordOf, effectOf, isBroad} from '../analysis/path-effect.ts';
import {keyFor} from '../analysis/repeat-risk.ts';
import {formatAfter} from '../analysis/repeat-words.ts';
import {callsOf, isKeyed, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {assignHere} from '../analysis/setting.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import type {Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const idempotentPostEverywhere: Check = {
  needs: ['idempotentMethods'],
  fields: [],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid', 'retryOn'],

  *checkFile({scopes}) {
    const declared = scopes.flatMap(scope => declaredOf(scope).map(entry => ({scope, ...entry})));
    // Both loops may report one entry; only the first finding is kept.
    for (const {scope, value, at} of declared.filter(isWrite)) {
      const message = `${callsOf(scope, String(value))} is declared idempotent, and no idempotency key covers it: it is retried after ${formatAfter(ambiguousTriggers(scope.policy, 'POST', scope.match))}, when the server may have processed it. Remove POST from idempotentMethods.`;
      yield {scope, at, message, severity: 'error', suggestions: [withoutMethod(value)]};
    }
    for (const {scope, value, at} of declared.filter(({scope}) => isBroad(scope.match))) {
      const message = `${value} is declared idempotent on ${scope.match?.path ?? 'every path'}, and no idempotency key covers it. List ${value} only in routes whose path is idempotent.`;
      yield {scope, at, message, suggestions: [withoutMethod(value)]};
    }
  },
};

/** A declared PATCH may be a merge, which is idempotent. */
const isWrite = ({scope, value}: Entry & {scope: Scope}): boolean =>
  String(value).toUpperCase() === 'POST' && effectOf(scope.match).effect === 'acts';

/** Methods that are declared in a scope that does not name them. If the route names the method, RL101 checks both. */
function declaredOf(scope: Scope): Entry[] {
  const {policy, match} = scope;
  if (!mayRetry(scope) || namedMethods(scope) !== undefined) return [];
  return entriesOf(scope, 'idempotentMethods').filter(({value}) => {
    const method = String(value).toUpperCase();
    const isRisky = (method === 'POST' || method === 'PATCH') && !isKeyed(policy, method);
    return isRisky && ambiguousTriggers(policy, method, match).length > 0;
  });
}

const withoutMethod = (method: unknown) => ({
  title: `Remove ${method}, and list it in the routes where it is idempotent`,
  changes: [{do: 'drop', path: 'idempotentMethods', entries: [method]} as const],
});

const actionsByGet: FormerCheck = {
  formerly: 'RL116',
  needs: ['routes'],
  fields: ['idempotentMethods', 'retryOn'],
  reads: ['idempotency', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {policy, match, dialect} = scope;
    const methods = namedMethods(scope) ?? [];
    const acting = actingWordOf(match?.path);
    const isPut = methods.includes('PUT');
    const method = isPut ? 'PUT' : 'GET';
    if (acting === undefined || (isPut ? acting.isDone : !methods.every(each => SAFE.has(each)))) return;
    if (!methods.includes(method) || !policy.idempotentMethods.includes(method) || isKeyed(policy, method)) return;
    const triggers = ambiguousTriggers(policy, method, match);
    if (!mayRetry(scope) || triggers.length === 0) return;
    if (!dialect.capabilities.gatesByMethod) return;
    const value = policy.idempotentMethods.filter(each => (isPut ? each !== method : !SAFE.has(each)));
    yield {
      at: 'match.path',
      message: `${isPut ? method : formatList(methods, 'or')} ${match?.path} seems to act ("${acting.word}"), but is retried after ${formatAfter(triggers)}, when the server may have processed it: it may act twice. Set idempotentMethods of this route, without ${method}${isPut ? ', or send a key, unless the server ignores the second one' : ''}.`,
      // RFC 9110 lets every client repeat a PUT.
      ...((isPut || !acting.isCertain) && {severity: 'info'}),
      suggestions: [
        assignHere('Retry this route only if the server did not act', 'idempotentMethods', value),
        ...(isPut ? [keyFor(scope, method)] : []),
      ],
    };
  },
};

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const falseIdempotence: Rule = builtIn('RL104', idempotentPostEverywhere, actionsByGet);
