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
  summary: 'Retry no answer that stays the same',
  why: `
A 404 is as true the third time as the first. Most 4xx say that the request is wrong, 501 and 505 that the server will never do
it: sending the same bytes again costs the server a request and the caller a wait, and the real error is reported late. Of 70
retry bugs studied in eight large systems, retrying what cannot be recovered was among the most frequent.

408, 421, 425 and 429 are different: they say that the request was not looked at, or not now. A 403 that is really a rate limit
is known by its headers, and retried without being listed. An answer below 400 is a success, which the client never retries: listed, it
promises a wait for a 202 that does not happen. A 409 means "still being worked on" only where an idempotency key is
sent; the client retries that one by itself.
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
      name: 'a wrong request and a missing page',
      text: '{\n  "retryOn": [400, 404, 503, "timeout"]\n}\n',
      findings: [
        {
          message: '400 is retried, but it says that the request is malformed: the same request gets the same answer.',
          at: '2:15',
          marks: '400',
        },
        {
          message: '404 is retried, but it says that there is nothing here: the same request gets the same answer.',
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
            '"4xx" retries 400, 401, 403, 404 and all others that say the request is wrong; of them only 408, 421, 425 and 429 pass by themselves.',
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
            '409 is retried, but no idempotency key is sent: without one it says that the request is in conflict, and it stays so.',
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
            '200 is never retried: an answer below 400 is a success. To ask again until something is done, make another call.',
          at: '2:15',
          marks: '200',
          severity: 'warning',
        },
      ],
      fixed: '{\n  "retryOn": [429, 503, "timeout"]\n}\n',
    },
    {
      name: 'codes of gRPC that no repetition changes',
      text: '{\n  "retryOn": ["UNAVAILABLE", "INVALID_ARGUMENT", "ABORTED"]\n}\n',
      findings: [
        {
          message:
            'INVALID_ARGUMENT is retried, but it says that the request is malformed: the same request gets the same answer.',
          at: '2:30',
          marks: '"INVALID_ARGUMENT"',
        },
        {
          message:
            'ABORTED is retried, but it asks to begin again from the read, not to repeat the write: only a new transaction can pass.',
          at: '2:50',
          marks: '"ABORTED"',
        },
      ],
      fixed: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n',
    },
  ],
  good: [
    {name: 'what passes by itself', text: '{\n  "retryOn": [408, 421, 425, 429, 500, 503, "network", "timeout"]\n}\n'},
    {name: 'a conflict under a key', text: '{\n  "idempotency": {},\n  "retryOn": [409, 503, "timeout"]\n}\n'},
    {name: 'one attempt retries nothing', text: '{\n  "maxAttempts": 1,\n  "retryOn": [404]\n}\n'},
  ],

  fields: [],
  reads: ['idempotency', 'match', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const entries = entriesOf(scope, 'retryOn');
    const isAllWrong = entries.every(({value}) => isRefusal(value) || isSuccess(value) || value === '4xx');
    // A list that names nothing else would be left empty, and then nothing is retried at all.
    const mended = (entry: Entry): Pick<Draft, 'fix' | 'suggestions'> =>
      isAllWrong ? {suggestions: [byDefault(scope)]} : {fix: withoutEntry(entry)};
    for (const entry of entries) {
      const {value, at} = entry;
      if (value === '4xx') yield {at, message: EVERY_4XX, fix: withoutEvery4xx(scope)};
      else if (value === 409 && !sendsKeys(scope)) {
        yield {at, message: CONFLICT, severity: 'warning', suggestions: [withoutEntry(entry)]};
      } else if (isRefusal(value)) {
        const message = `${value} is retried, but ${REFUSALS[String(value)] ?? 'it says that the request is wrong'}: ${OUTCOMES[String(value)] ?? 'the same request gets the same answer'}.`;
        yield {at, message, ...mended(entry)};
      } else if (isSuccess(value)) yield {at, message: formatSuccess(value), severity: 'warning', ...mended(entry)};
    }
  },
});

const EVERY_4XX =
  '"4xx" retries 400, 401, 403, 404 and all others that say the request is wrong; of them only 408, 421, 425 and 429 pass by themselves.';
const CONFLICT =
  '409 is retried, but no idempotency key is sent: without one it says that the request is in conflict, and it stays so.';

/** What an answer says that no repetition changes. */
const REFUSALS: Readonly<Record<string, string>> = {
  400: 'it says that the request is malformed',
  401: 'it says that the credentials are missing or wrong',
  403: 'it says that the caller may not do this',
  404: 'it says that there is nothing here',
  405: 'it says that the method is not allowed here',
  410: 'it says that what was here is gone',
  413: 'it says that the body is too large',
  422: 'it says that the content is wrong',
  501: 'it says that the server does not know how to do this',
  505: 'it says that the server does not speak this version of HTTP',
  511: 'it says that the network wants a login first',
  525: 'it says that the certificate of the origin is wrong',
  526: 'it says that the certificate of the origin is wrong',
  ABORTED: 'it asks to begin again from the read, not to repeat the write',
  ALREADY_EXISTS: 'it says that this was done before',
  CANCELLED: 'it says that the caller has left',
  DATA_LOSS: 'it says that data is lost',
  FAILED_PRECONDITION: 'it says that something else has to be done first',
  INVALID_ARGUMENT: 'it says that the request is malformed',
  NOT_FOUND: 'it says that there is nothing here',
  OUT_OF_RANGE: 'it says that the request is past the end',
  PERMISSION_DENIED: 'it says that the caller may not do this',
  UNAUTHENTICATED: 'it says that the credentials are missing or wrong',
  UNIMPLEMENTED: 'it says that the server does not know how to do this',
};

/** What becomes of a retry, where it is not the same answer. */
const OUTCOMES: Readonly<Record<string, string>> = {
  ABORTED: 'only a new transaction can pass',
  CANCELLED: 'nobody waits for the answer',
};

const isSuccess = (trigger: unknown): trigger is number => typeof trigger === 'number' && trigger < 400;

const formatSuccess = (status: number): string =>
  status < 200
    ? `${status} is never retried: it comes before the answer, and the client waits for that.`
    : `${status} is never retried: an answer below 400 is a success. To ask again until something is done, make another call.`;

/** 4xx that are not about the request: early, misdirected, locked or too many. */
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
    title: 'Name the 4xx that pass by themselves',
    changes: [{do: 'set', path: 'retryOn', value: [...new Set(list)]}],
  };
}
