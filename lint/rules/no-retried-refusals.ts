import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {shortestMs} from '../../src/math/schedule.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {mayBeGrpcPath} from '../analysis/grpc-path.ts';
import {heirsOf} from '../analysis/heirs.ts';
import {isRefusal, meaningOf} from '../analysis/refusals.ts';
import {asByDefault, isKeyed, mayRetry} from '../analysis/retryability.ts';
import {assign} from '../analysis/setting.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import {isSetByRoute, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const retriedRefusals: Rule = builtIn('RL102', {
  needs: ['retryOn'],
  fields: [],
  reads: ['backoff', 'idempotency', 'match', 'maxAttempts', 'paid', 'retryOn'],

  *check(scope, scopes): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const entries = entriesOf(scope, 'retryOn');
    const isHttp = heirsOf(scope, scopes, 'retryOn').some(({match}) => !mayBeGrpcPath(match?.path));
    const isAllWrong = entries.every(
      ({value}) => isRefusal(value) || isSuccess(value) || value === '4xx' || (isHttp && isCodeName(value)),
    );
    // If the list names nothing else, or codes of gRPC alone for calls of HTTP, nothing would be retried after the fix.
    const mended = (entry: Entry): Pick<Draft, 'fix' | 'suggestions'> =>
      isAllWrong ? {suggestions: [asByDefault(scope)]} : {fix: withoutEntry(scope, entry)};
    for (const entry of entries) {
      const {value, at} = entry;
      if (value === '4xx') yield {at, message: EVERY_4XX, fix: withoutEvery4xx(scope)};
      else if (value === 409 && isConflict(scope)) {
        yield {
          at,
          message: CONFLICT,
          severity: 'warning',
          suggestions: [entries.length === 1 ? asByDefault(scope) : withoutEntry(scope, entry)],
        };
      } else if (isRefusal(value)) {
        yield {
          at,
          message: `${scope.words.entry('retryOn', value)} means that ${meaningOf(value)}. Remove it from ${scope.words.name('retryOn')}.`,
          ...(isAwaited(scope, value) && {severity: 'info'}),
          ...mended(entry),
        };
      } else if (isSuccess(value)) yield {at, message: formatSuccess(value), severity: 'warning', ...mended(entry)};
    }
  },
});

const EVERY_4XX =
  '"4xx" also retries 400, 401, 403, 404 and other permanent errors. Only 408, 421, 425 and 429 are transient: list those.';
const CONFLICT =
  '409 without an idempotency key means a conflict, and a retry gets the same response. Send a key, or remove 409 from retryOn.';

/** A resource that is not there yet: a route that says so, or a wait of a second or more before the first retry, has a purpose. */
const isAwaited = (scope: Scope, trigger: unknown): boolean =>
  (trigger === 404 || trigger === 'NOT_FOUND') &&
  (shortestMs(scope.policy.backoff, 1, false) >= 1000 ||
    (scope.match?.path !== undefined && isSetByRoute(scope, 'retryOn')));

const isSuccess = (trigger: unknown): trigger is number => typeof trigger === 'number' && trigger < 400;

const formatSuccess = (status: number): string =>
  status < 200
    ? `${status} is never retried, because the client waits for the final response. Remove it from retryOn.`
    : `${status} is never retried, because a status below 400 is a success. Remove it from retryOn; to poll, make another call.`;

/** With a key the first request may still be worked on; and a model creates nothing, so its conversation is only locked. */
const isConflict = ({policy, match}: Scope): boolean =>
  policy.paid === null &&
  !(match?.methods === undefined
    ? (policy.idempotency?.methods.length ?? 0) > 0
    : match.methods.some(method => isKeyed(policy, method.toUpperCase())));

const withoutEntry = ({words}: Scope, {value}: Entry): FixDraft => ({
  title: `Do not retry ${words.entry('retryOn', value)}`,
  changes: [{do: 'drop', path: 'retryOn', entries: [value]}],
});

function withoutEvery4xx({policy}: Scope): FixDraft {
  const passing: RetryTrigger[] = [408, 421, 425, 429];
  const list = policy.retryOn.flatMap(trigger => (trigger === '4xx' ? passing : [trigger]));
  return assign('List only the transient 4xx', 'retryOn', [...new Set(list)]);
}
