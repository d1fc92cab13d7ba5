/** The output of `--dry-run`: the number of requests, their target, and which of them would not be retried. */
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {BatchArguments} from './batch-arguments.ts';
import {whyConfined} from './endpoint-headers.ts';
import type {BatchFiles} from './files.ts';
import type {Checked} from './requests-file.ts';

const count = (value: number): string => value.toLocaleString('en');

export function dryRun(
  options: BatchArguments,
  {requests, out, errors, journal}: BatchFiles,
  handle: PolicyHandle,
  {count: total, first, once}: Checked,
): string {
  const {base, headers, resume, retryFailed} = options;
  const {policy} = handle;
  const attempts = policy.maxAttempts === 1 ? '1 attempt' : `at most ${policy.maxAttempts ?? 1} attempts`;
  const deadline = policy.deadlineMs === null ? 'no deadline' : `${policy.deadlineMs / 1000} s in all`;
  const rows: [string, string | undefined][] = [
    ['first request', first && `${first.method} ${first.url}`],
    ['', first && `custom_id ${JSON.stringify(first.customId)}`],
    ['headers', Object.keys(headers).join(', ') || 'none of yours'],
    ['policy', `${policy.name}: ${attempts} each, ${deadline}`],
    ['endpoints', endpointsRow(options, handle)],
    ['results', out.place.name],
    ['failed requests', errors?.place.name ?? 'among the results only'],
    ['journal', journal === undefined ? 'none: the run cannot be resumed' : journalRow(journal, resume || retryFailed)],
  ];
  return [
    `${requests.name}: ${count(total)} requests to ${base.origin}`,
    ...rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(16)}${text}`])),
    ...(once > 0 ? ['', ...onceWarning(once, total)] : []),
    '',
    'Nothing was sent.',
    '',
  ].join('\n');
}

/** Undefined without endpoints at the server of `--url`. */
function endpointsRow(options: BatchArguments, handle: PolicyHandle): string | undefined {
  const found = handle.plans.all.find(({endpoints}) => endpoints?.at(options.base.origin))?.endpoints;
  if (found === null || found === undefined) return undefined;
  return whyConfined(options, handle) ?? found.all.map(({name, origin}) => `${name} (${origin})`).join(', ');
}

const journalRow = (journal: string, resumes: boolean): string =>
  resumes ? `${journal}; what it has is not sent again` : journal;

/** Known before anything is paid for, and not afterwards from the list of failures. */
const onceWarning = (once: number, total: number): string[] => [
  `Warning: ${count(once)} of ${count(total)} requests are sent once under this policy.`,
  'After a 503, a reset or a timeout the server may have acted: no retry then.',
  ...ALLOW,
];

/** How a policy allows a POST to be retried. At most 80 columns. */
export const ALLOW: readonly string[] = [
  'If a second send does no harm, put "idempotentMethods": ["POST"] into the',
  'policy. If the server deduplicates by Idempotency-Key, put "idempotency": {}.',
];
