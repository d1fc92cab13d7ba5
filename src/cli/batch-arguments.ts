/** The arguments of `steadfetch batch`, checked. */
import {readBaseUrl} from './base-url.ts';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {readEndpointHeaders} from './endpoint-headers.ts';
import {readHeader} from './headers.ts';
import {parseArguments} from './parse-arguments.ts';
import {isPreset} from './policy-input.ts';
import {QUEUE_WORDS, type QueueWord} from './queue-usage.ts';
import {UsageError} from './usage-error.ts';

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
  /** By the name of the endpoint. */
  readonly endpointHeaders: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly concurrency: number;
  readonly resume: boolean;
  readonly retryFailed: boolean;
  readonly ordered: boolean;
  readonly dedupe: boolean;
  readonly dryRun: boolean;
  readonly quiet: boolean;
}

/**
 * @returns What was asked for in place of a run.
 * @throws UsageError
 */
export function readBatchArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): BatchArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.batch), 'steadfetch batch --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const [requests, ...more] = args.operands;
  if (requests !== undefined && more.length > 0 && isQueueWord(requests))
    throw new UsageError(
      `${requests} needs --queue: give the address of Redis, such as --queue redis://127.0.0.1:6379.`,
    );
  if (requests === undefined)
    throw new UsageError('Missing file of requests: name a .jsonl file, or - for standard input.');
  if (more.length > 0)
    throw new UsageError(`One file of requests, not ${args.operands.length}: ${args.operands.join(', ')}.`);
  const url = args.value('url');
  if (url === undefined)
    throw new UsageError('Missing --url: give the address of the server, such as --url https://api.example.com.');
  const out = args.value('out');
  if (out === undefined)
    throw new UsageError('Missing --out: give a file, such as --out results.jsonl, or - for standard output.');
  const policy = args.value('policy') ?? 'steadfetch:batch';
  return {
    requests,
    base: readBaseUrl(url),
    out,
    errors: args.value('errors'),
    journal: args.value('journal'),
    policyFile: isPreset(policy) ? undefined : policy,
    preset: isPreset(policy) ? policy : '',
    headers: Object.fromEntries(args.all('header').map(header => readHeader(header, env))),
    endpointHeaders: readEndpointHeaders(args.all('endpoint-header'), env),
    concurrency: countOf('concurrency', args.value('concurrency') ?? '16'),
    resume: args.has('resume'),
    retryFailed: args.has('retry-failed'),
    ordered: args.has('ordered'),
    dedupe: !args.has('no-dedupe'),
    dryRun: args.has('dry-run'),
    quiet: args.has('quiet'),
  };
}

/** @throws UsageError */
export function countOf(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--${option} must be a whole number of at least 1, got ${JSON.stringify(text)}.`);
  return count;
}

export const isQueueWord = (word: string): word is QueueWord => QUEUE_WORDS.some(each => each === word);
