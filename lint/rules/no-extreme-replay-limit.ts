import {formatCount, formatList, formatNumber} from '../analysis/format.ts';
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
  summary: 'Keep request bodies for retries up to a moderate size',
  documentation: () => ({
    why: `
A retry sends the body again, so the client keeps it in memory up to \`replayLimitBytes\`. A call with a larger body makes one attempt,
whatever \`maxAttempts\` says. With 0, no body is kept: a PUT is never retried, and its error says that the body cannot be replayed.

With a limit of hundreds of megabytes, each call in flight may keep that much memory, and each retry sends all of it again. Send uploads
of that size in parts, and retry each part.
`,
    sources: [
      {
        title: 'gRFC A6, Client Retries: a call whose message exceeds its buffer is not retried',
        url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#memory-management-buffering',
      },
      {
        title: 'Amazon S3, Multipart upload limits: uploads in parts from 100 MB',
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
              'replayLimitBytes is 0, so no body is kept for a retry: a PUT or QUERY with a body makes one attempt, not 3. Raise the limit.',
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
              'Up to 1024 MiB of each PUT or QUERY body are kept for a retry: 50 calls in flight keep 50 GiB. Set at most 100 MiB.',
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
        name: 'bodies are not kept, and their methods are not retried',
        text: '{\n  "replayLimitBytes": 0,\n  "idempotentMethods": ["GET", "HEAD"]\n}\n',
      },
    ],
  }),

  needs: ['replayLimitBytes'],
  fields: ['replayLimitBytes', 'idempotentMethods', 'idempotency'],
  reads: ['concurrency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {replayLimitBytes} = scope.policy;
    if (replayLimitBytes >= SMALL_BYTES && replayLimitBytes <= LARGE_BYTES) return;
    const methods = repeatedWithBody(scope);
    if (methods.length === 0 || !mayRetry(scope)) return;
    const named = formatList(methods, 'or');
    yield {
      at: 'replayLimitBytes',
      message: replayLimitBytes < SMALL_BYTES ? formatSmall(scope, named) : formatLarge(scope, named),
      ...(replayLimitBytes > 0 && replayLimitBytes < SMALL_BYTES ? {severity: 'info'} : {}),
      fix: byDefault,
    };
  },
});

const MEBIBYTE = 1_048_576;
const LARGE_BYTES = 100 * MEBIBYTE;
/** Bodies of JSON are often larger. */
const SMALL_BYTES = 16_384;

const byDefault: FixDraft = {
  title: `Set replayLimitBytes to ${MEBIBYTE}, the default`,
  changes: [{do: 'set', path: 'replayLimitBytes', value: MEBIBYTE}],
};

/** The methods of the scope that have a body and may be retried. */
function repeatedWithBody(scope: Scope): string[] {
  const {policy} = scope;
  const called = namedMethods(scope);
  return ['PUT', 'POST', 'PATCH', 'QUERY'].filter(
    method =>
      (called === undefined || called.includes(method)) &&
      (policy.idempotentMethods.includes(method) || isKeyed(policy, method)),
  );
}

function formatSmall(scope: Scope, named: string): string {
  const {replayLimitBytes} = scope.policy;
  return replayLimitBytes === 0
    ? `replayLimitBytes is 0, so no body is kept for a retry: a ${named} with a body makes one attempt${formatMissed(scope)}. Raise the limit.`
    : `Only bodies of at most ${formatCount(replayLimitBytes, 'byte')} are kept for a retry: a ${named} with a larger one makes one attempt${formatMissed(scope)}. Raise the limit.`;
}

const formatLarge = (scope: Scope, named: string): string =>
  `Up to ${formatNumber(scope.policy.replayLimitBytes / MEBIBYTE)} MiB of each ${named} body are kept for a retry: ${formatKept(scope)}. Set at most ${LARGE_BYTES / MEBIBYTE} MiB.`;

function formatMissed({policy}: Scope): string {
  const attempts = retriesOf(policy) + 1;
  return Number.isFinite(attempts) ? `, not ${attempts}` : '';
}

/** Memory for the calls in flight; ten calls where the policy has no concurrency limit. */
function formatKept({policy: {concurrency, replayLimitBytes}}: Scope): string {
  const calls = concurrency?.max ?? 10;
  const gibibytes = (calls * replayLimitBytes) / (1024 * MEBIBYTE);
  return `${calls === 1 ? 'one call in flight keeps' : `${calls} calls in flight keep`} ${formatNumber(gibibytes)} GiB`;
}
