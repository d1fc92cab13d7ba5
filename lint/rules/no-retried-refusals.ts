import {shortestMs} from '../../src/math/schedule.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {defaultTriggers, isKeyed, mayRetry} from '../analysis/retryability.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const retriedRefusals: Rule = defineRule({
  code: 'RL102',
  name: 'no-retried-refusals',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Do not retry responses that cannot change',
  documentation: () => ({
    why: `
Most 4xx statuses mean that the request is wrong; 501 and 505 mean that the server does not support it. A retry gets the same response,
adds load, and delays the error. Of 70 retry bugs studied in eight large systems, retries of permanent errors were among the most
frequent.

408, 421, 425 and 429 are different: the server did not process the request, or not now. The client recognizes a 403 that is a rate limit
by its headers and retries it without being listed. A status below 400 is a success, which the client never retries: listing 202 does not
make it wait. A 409 means "still in progress" only where an idempotency key is sent; the client retries that one by itself.
`,
    sources: [
      {title: 'RFC 9110, 15.5 Client Error 4xx', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5'},
      {title: 'gRPC status codes', url: 'https://github.com/grpc/grpc/blob/master/doc/statuscodes.md'},
      {
        title: 'Stoica et al., If At First You Don’t Succeed, Try, Try, Again...? (SOSP 2024)',
        url: 'https://doi.org/10.1145/3694715.3695971',
      },
    ],
    bad: [
      {
        name: '400 and 404',
        text: '{\n  "retryOn": [400, 404, 503, "timeout"]\n}\n',
        findings: [
          {
            message: '400 means that the request is malformed: a retry gets the same response. Remove it from retryOn.',
            at: '2:15',
            marks: '400',
          },
          {
            message:
              '404 means that the resource does not exist: a retry gets the same response. Remove it from retryOn.',
            at: '2:20',
            marks: '404',
          },
        ],
        fixed: '{\n  "retryOn": [503, "timeout"]\n}\n',
      },
      {
        name: 'every 4xx',
        text: '{\n  "retryOn": ["4xx", 503, "timeout"]\n}\n',
        findings: [
          {
            message:
              '"4xx" also retries 400, 401, 403, 404 and other permanent errors. Only 408, 421, 425 and 429 are transient: list those.',
            at: '2:15',
            marks: '"4xx"',
          },
        ],
        fixed: '{\n  "retryOn": [408, 421, 425, 429, 503, "timeout"]\n}\n',
      },
      {
        name: 'a conflict without a key',
        text: '{\n  "retryOn": [409, 503, "timeout"]\n}\n',
        findings: [
          {
            message:
              '409 without an idempotency key means a conflict, and a retry gets the same response. Send a key, or remove 409 from retryOn.',
            at: '2:15',
            marks: '409',
            severity: 'warning',
          },
        ],
      },
      {
        name: 'a success',
        text: '{\n  "retryOn": [200, 429, 503, "timeout"]\n}\n',
        findings: [
          {
            message:
              '200 is never retried, because a status below 400 is a success. Remove it from retryOn; to poll, make another call.',
            at: '2:15',
            marks: '200',
            severity: 'warning',
          },
        ],
        fixed: '{\n  "retryOn": [429, 503, "timeout"]\n}\n',
      },
      {
        name: 'gRPC codes of permanent errors',
        text: '{\n  "retryOn": ["UNAVAILABLE", "INVALID_ARGUMENT", "ABORTED"]\n}\n',
        findings: [
          {
            message:
              'INVALID_ARGUMENT means that the request is malformed: a retry gets the same response. Remove it from retryOn.',
            at: '2:30',
            marks: '"INVALID_ARGUMENT"',
          },
          {
            message:
              'ABORTED means that the transaction must start again from its read: only a new transaction can succeed. Remove it from retryOn.',
            at: '2:50',
            marks: '"ABORTED"',
          },
        ],
        fixed: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n',
      },
    ],
    good: [
      {name: 'transient failures', text: '{\n  "retryOn": [408, 421, 425, 429, 500, 503, "network", "timeout"]\n}\n'},
      {name: 'a conflict with a key', text: '{\n  "idempotency": {},\n  "retryOn": [409, 503, "timeout"]\n}\n'},
      {name: 'one attempt retries nothing', text: '{\n  "maxAttempts": 1,\n  "retryOn": [404]\n}\n'},
    ],
  }),

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

/** A resource that is not there yet: who waits a second or more before the first retry does so on purpose. */
const isAwaited = ({policy: {backoff}}: Scope, trigger: unknown): boolean =>
  (trigger === 404 || trigger === 'NOT_FOUND') && shortestMs(backoff, 1, false) >= 1000;

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
