/** The arguments of `steadfetch batch`, checked. */
import {parseArgs} from 'node:util';
import {readHeader} from './headers.ts';
import {UsageError} from './usage.ts';

export interface BatchArguments {
  readonly requests: string;
  /** Without a slash at its end. */
  readonly base: URL;
  /** As it was given, like the next three. */
  readonly out: string;
  readonly errors: string | undefined;
  readonly journal: string | undefined;
  readonly policyFile: string | undefined;
  /** A preset such as `steadfetch:llm`, where no file was named. */
  readonly preset: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly concurrency: number;
  readonly resume: boolean;
  readonly retryFailed: boolean;
  readonly ordered: boolean;
  readonly dedupe: boolean;
  readonly dryRun: boolean;
}

const OPTIONS = {
  url: {type: 'string'},
  out: {type: 'string'},
  errors: {type: 'string'},
  journal: {type: 'string'},
  policy: {type: 'string'},
  header: {type: 'string', multiple: true},
  concurrency: {type: 'string'},
  resume: {type: 'boolean'},
  'retry-failed': {type: 'boolean'},
  ordered: {type: 'boolean'},
  'no-dedupe': {type: 'boolean'},
  'dry-run': {type: 'boolean'},
  help: {type: 'boolean', short: 'h'},
} as const;

/** @returns `help` where that is asked for. @throws UsageError */
export function readBatchArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): BatchArguments | 'help' {
  const {values, positionals} = parse(args);
  if (values.help) return 'help';
  const [requests, ...more] = positionals;
  if (requests === undefined)
    throw new UsageError('Missing file of requests: name a .jsonl file, or - for standard input.');
  if (more.length > 0)
    throw new UsageError(`One file of requests, not ${positionals.length}: ${positionals.join(', ')}.`);
  if (values.url === undefined)
    throw new UsageError('Missing --url: give the address of the server, such as --url https://api.example.com.');
  if (values.out === undefined)
    throw new UsageError('Missing --out: give a file, such as --out results.jsonl, or - for standard output.');
  const {out, errors, journal, policy = 'steadfetch:batch'} = values;
  const isPreset = /^steadfetch:/.test(policy);
  return {
    requests,
    base: baseOf(values.url),
    out,
    errors,
    journal,
    policyFile: isPreset ? undefined : policy,
    preset: isPreset ? policy : '',
    headers: Object.fromEntries((values.header ?? []).map(header => readHeader(header, env))),
    concurrency: countOf(values.concurrency ?? '16'),
    resume: values.resume ?? false,
    retryFailed: values['retry-failed'] ?? false,
    ordered: values.ordered ?? false,
    dedupe: !values['no-dedupe'],
    dryRun: values['dry-run'] ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({args: [...args], options: OPTIONS, allowPositionals: true});
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]!.replace(/\.?$/, '.'));
  }
}

function baseOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url must be an http or https URL, got ${JSON.stringify(text)}.`);
  // Not repeated: it is a secret.
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--url must not hold a password: it goes into --header.');
  if (url.search !== '' || url.hash !== '') throw new UsageError('--url must not have a query or a fragment.');
  url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '');
  return url;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--concurrency must be a whole number of at least 1, got ${JSON.stringify(text)}.`);
  return count;
}
