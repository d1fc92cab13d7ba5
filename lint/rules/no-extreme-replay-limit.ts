import {formatList, formatNumber} from '../analysis/format.ts';
import {isKeyed, mayRetry, namedMethods, retriesOf} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const extremeReplayLimit: Rule = defineRule({
  code: 'RL413',
  name: 'no-extreme-replay-limit',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Keep request bodies for a retry up to a size that memory bears',
  why: `
What is sent again has to be kept until then. \`replayLimitBytes\` says up to which size; a larger body gets one attempt, whatever
\`maxAttempts\` says. At 0 that is every body: a PUT that may be retried never is, and the caller is told that its body cannot be
replayed.

A limit of hundreds of megabytes is kept in memory by each call in flight, and a retry sends all of it again over the connection that
just failed. Uploads of that size are sent in parts, each of which is retried by itself.
`,
  sources: [
    {
      title: 'gRFC A6, Client Retries: a call whose message exceeds its buffer is not retried',
      url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#memory-management-buffering',
    },
    {
      title: 'Amazon S3, Multipart upload limits: from 100 MB on in parts',
      url: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html',
    },
  ],
  bad: [
    {
      name: 'no body is kept',
      text: '{\n  "replayLimitBytes": 0\n}\n',
      findings: [
        {
          message:
            'A PUT or QUERY with a body gets one attempt, not 3: replayLimitBytes is 0, so no body is kept for a retry.',
          at: '2:3',
          marks: '"replayLimitBytes"',
        },
      ],
      fixed: '{\n  "replayLimitBytes": 1048576\n}\n',
    },
    {
      name: 'a gibibyte for each call',
      text: '{\n  "replayLimitBytes": 1073741824,\n  "concurrency": {"max": 50}\n}\n',
      findings: [
        {
          message:
            'Up to 1024 MiB of the body of each PUT or QUERY are kept for a retry: 50 calls in flight keep 50 GiB.',
          at: '2:3',
          marks: '"replayLimitBytes"',
        },
      ],
      fixed: '{\n  "replayLimitBytes": 1048576,\n  "concurrency": {"max": 50}\n}\n',
    },
  ],
  good: [
    {name: 'eight mebibytes', text: '{\n  "replayLimitBytes": 8388608\n}\n'},
    {
      name: 'no body is kept, and none is sent again',
      text: '{\n  "replayLimitBytes": 0,\n  "idempotentMethods": ["GET", "HEAD"]\n}\n',
    },
  ],

  judges: ['replayLimitBytes', 'idempotentMethods', 'idempotency'],
  reads: ['concurrency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {replayLimitBytes} = scope.policy;
    if (replayLimitBytes > 0 && replayLimitBytes <= LARGE_BYTES) return;
    const methods = repeatedWithBody(scope);
    if (methods.length === 0 || !mayRetry(scope)) return;
    const named = formatList(methods, 'or');
    yield {
      at: 'replayLimitBytes',
      message:
        replayLimitBytes === 0
          ? `A ${named} with a body gets one attempt${sayMissed(scope)}: replayLimitBytes is 0, so no body is kept for a retry.`
          : `Up to ${formatNumber(replayLimitBytes / MEBIBYTE)} MiB of the body of each ${named} are kept for a retry: ${sayKept(scope)}.`,
      fix: byDefault,
    };
  },
});

const MEBIBYTE = 1_048_576;
const LARGE_BYTES = 100 * MEBIBYTE;

const byDefault: FixDraft = {
  title: `Set replayLimitBytes to ${MEBIBYTE}, the default`,
  changes: [{do: 'set', path: 'replayLimitBytes', value: MEBIBYTE}],
};

/** The methods of the scope that have a body and may be sent again. */
function repeatedWithBody(scope: Scope): string[] {
  const {policy} = scope;
  const called = namedMethods(scope);
  return ['PUT', 'POST', 'PATCH', 'QUERY'].filter(
    method =>
      (called === undefined || called.includes(method)) &&
      (policy.idempotentMethods.includes(method) || isKeyed(policy, method)),
  );
}

function sayMissed({policy}: Scope): string {
  const attempts = retriesOf(policy) + 1;
  return Number.isFinite(attempts) ? `, not ${attempts}` : '';
}

/** Without a limit, by ten calls. */
function sayKept({policy: {concurrency, replayLimitBytes}}: Scope): string {
  const calls = concurrency?.max ?? 10;
  const gibibytes = (calls * replayLimitBytes) / (1024 * MEBIBYTE);
  return `${calls === 1 ? 'one call in flight keeps' : `${calls} calls in flight keep`} ${formatNumber(gibibytes)} GiB`;
}
