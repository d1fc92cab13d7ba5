import {shortestMs} from '../../src/math/schedule.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {defaultTriggers, isKeyed, mayRetry} from '../analysis/retryability.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import {isSetByRoute, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const retriedRefusals: Rule = builtIn('RL102', {
  needs: ['retryOn'],
  fields: [],
  reads: ['backoff', 'idempotency', 'match', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const entries = entriesOf(scope, 'retryOn');
    const isAllWrong = entries.every(({value}) => isRefusal(value) || isSuccess(value) || value === '4xx');
    // If the list names nothing else, the fix would leave it empty, and nothing would be retried.
    const mended = (entry: Entry): Pick<Draft, 'fix' | 'suggestions'> =>
      isAllWrong ? {suggestions: [byDefault(scope)]} : {fix: withoutEntry(entry)};
    for (const entry of entries) {
      const {value, at} = entry;
      if (value === '4xx') yield {at, message: EVERY_4XX, fix: withoutEvery4xx(scope)};
      else if (value === 409 && !sendsKeys(scope)) {
        yield {at, message: CONFLICT, severity: 'warning', suggestions: [withoutEntry(entry)]};
      } else if (isRefusal(value)) {
        const message = `${value} means that ${REFUSALS[String(value)] ?? 'the request is wrong'}: ${OUTCOMES[String(value)] ?? 'a retry gets the same response'}. Remove it from retryOn.`;
        yield {at, message, ...(isAwaited(scope, value) && {severity: 'info'}), ...mended(entry)};
      } else if (isSuccess(value)) yield {at, message: formatSuccess(value), severity: 'warning', ...mended(entry)};
    }
  },
});

const EVERY_4XX =
  '"4xx" also retries 400, 401, 403, 404 and other permanent errors. Only 408, 421, 425 and 429 are transient: list those.';
const CONFLICT =
  '409 without an idempotency key means a conflict, and a retry gets the same response. Send a key, or remove 409 from retryOn.';

/** Meaning of statuses and codes that a retry does not change, as a clause. */
const REFUSALS: Readonly<Record<string, string>> = {
  400: 'the request is malformed',
  401: 'the credentials are missing or wrong',
  403: 'the caller is not allowed to do this',
  404: 'the resource does not exist',
  405: 'the method is not allowed here',
  410: 'the resource is gone',
  413: 'the body is too large',
  422: 'the content is wrong',
  501: 'the server does not support this',
  505: 'the server does not support this version of HTTP',
  511: 'the network requires a login',
  525: 'the certificate of the origin is wrong',
  526: 'the certificate of the origin is wrong',
  ABORTED: 'the transaction must start again from its read',
  ALREADY_EXISTS: 'the resource exists already',
  CANCELLED: 'the caller cancelled the call',
  DATA_LOSS: 'data is lost',
  FAILED_PRECONDITION: 'the system is not in the required state',
  INVALID_ARGUMENT: 'the request is malformed',
  NOT_FOUND: 'the resource does not exist',
  OUT_OF_RANGE: 'the value is out of range',
  PERMISSION_DENIED: 'the caller is not allowed to do this',
  UNAUTHENTICATED: 'the credentials are missing or wrong',
  UNIMPLEMENTED: 'the server does not support this',
};

/** Result of a retry, where it is not the same response. */
const OUTCOMES: Readonly<Record<string, string>> = {
  ABORTED: 'only a new transaction can succeed',
  CANCELLED: 'the caller does not wait for a response',
};

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

/** Transient 4xx: too early, misdirected, locked or too many. */
const PASSING: ReadonlySet<unknown> = new Set([408, 409, 421, 423, 424, 425, 429]);

const isRefusal = (trigger: unknown): boolean =>
  Object.hasOwn(REFUSALS, String(trigger)) ||
  (typeof trigger === 'number' && trigger >= 400 && trigger < 500 && !PASSING.has(trigger));

const sendsKeys = ({policy, match}: Scope): boolean =>
  match?.methods === undefined
    ? (policy.idempotency?.methods.length ?? 0) > 0
    : match.methods.some(method => isKeyed(policy, method.toUpperCase()));

const withoutEntry = ({value}: Entry): FixDraft => ({
  title: `Do not retry ${value}`,
  changes: [{do: 'drop', path: 'retryOn', entries: [value]}],
});

const byDefault = (scope: Scope): FixDraft => ({
  title: 'Use the default retryOn',
  changes: [defaultTriggers(scope)],
});

function withoutEvery4xx({policy}: Scope): FixDraft {
  const passing: RetryTrigger[] = [408, 421, 425, 429];
  const list = policy.retryOn.flatMap(trigger => (trigger === '4xx' ? passing : [trigger]));
  return {
    title: 'List only the transient 4xx',
    changes: [{do: 'set', path: 'retryOn', value: [...new Set(list)]}],
  };
}
