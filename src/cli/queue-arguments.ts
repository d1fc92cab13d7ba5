/** The arguments of `steadfetch batch --queue`, checked. */
import {readBaseUrl} from './base-url.ts';
import {countOf, isQueueWord} from './batch-arguments.ts';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {expanded, readHeader} from './headers.ts';
import {type Arguments, parseArguments} from './parse-arguments.ts';
import {QUEUE, QUEUE_WORDS, wordsOf} from './queue-usage.ts';
import {UsageError} from './usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface QueueName {
  /** The address of Redis, maybe with a password. */
  readonly redis: URL;
  readonly name: string;
}

export interface EnqueueArguments extends QueueName {
  readonly word: 'enqueue';
  readonly requests: string;
  readonly base: URL;
  readonly dedupe: boolean;
  readonly resume: boolean;
  readonly retryFailed: boolean;
}

export interface WorkArguments extends QueueName {
  readonly word: 'work';
  readonly base: URL;
  /** A file or a preset. */
  readonly policy: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly concurrency: number;
  readonly lockMs: number;
  readonly keepRunning: boolean;
  readonly quiet: boolean;
}

export interface CollectArguments extends QueueName {
  readonly word: 'collect';
  readonly requests: string;
  readonly out: string;
  readonly errors: string | undefined;
  readonly dedupe: boolean;
  readonly remove: boolean;
}

export type QueueArguments = EnqueueArguments | WorkArguments | CollectArguments;

/**
 * @returns What was asked for in place of a run.
 * @throws UsageError
 */
export function readQueueArguments(argv: readonly string[], env: Environment): QueueArguments | Asked {
  // Before they are parsed: the help is asked for by those who do not know the address yet.
  if (argv.includes('--help') || argv.includes('-h')) return 'help';
  const args = parseArguments(argv, optionsOf(QUEUE), 'steadfetch batch --queue --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const [word, ...files] = args.operands;
  if (word === undefined || !isQueueWord(word))
    throw new UsageError(
      `--queue needs one of ${QUEUE_WORDS.join(', ')}${word === undefined ? '' : `, got ${JSON.stringify(word)}`}.`,
    );
  for (const name of args.options.keys())
    if (!wordsOf(name).includes(word))
      throw new UsageError(`${word} has no --${name}: ${wordsOf(name).join(' and ')} has.`);
  const queue = {redis: redisUrl(args.value('queue') ?? '', env), name: queueName(args.value('name'))};
  switch (word) {
    case 'enqueue':
      return enqueueArguments(queue, args, files);
    case 'work':
      return workArguments(queue, args, files, env);
    case 'collect':
      return collectArguments(queue, args, files);
  }
}

function enqueueArguments(queue: QueueName, args: Arguments, files: readonly string[]): EnqueueArguments {
  return {
    word: 'enqueue',
    ...queue,
    requests: onlyFile(files),
    base: baseOf(args),
    dedupe: !args.has('no-dedupe'),
    resume: args.has('resume'),
    retryFailed: args.has('retry-failed'),
  };
}

function workArguments(queue: QueueName, args: Arguments, files: readonly string[], env: Environment): WorkArguments {
  if (files.length > 0)
    throw new UsageError(`work takes no file, got ${files.join(', ')}: its requests are in the queue.`);
  return {
    word: 'work',
    ...queue,
    base: baseOf(args),
    policy: args.value('policy') ?? 'steadfetch:batch',
    headers: Object.fromEntries(args.all('header').map(header => readHeader(header, env))),
    concurrency: countOf('concurrency', args.value('concurrency') ?? '16'),
    lockMs: 1000 * countOf('lock', args.value('lock') ?? '30'),
    keepRunning: args.has('keep-running'),
    quiet: args.has('quiet'),
  };
}

function collectArguments(queue: QueueName, args: Arguments, files: readonly string[]): CollectArguments {
  const out = args.value('out');
  if (out === undefined)
    throw new UsageError('Missing --out: give a file, such as --out results.jsonl, or - for standard output.');
  return {
    word: 'collect',
    ...queue,
    requests: onlyFile(files),
    out,
    errors: args.value('errors'),
    dedupe: !args.has('no-dedupe'),
    remove: args.has('remove'),
  };
}

function onlyFile([requests, ...more]: readonly string[]): string {
  if (requests === undefined)
    throw new UsageError('Missing file of requests: name a .jsonl file, or - for standard input.');
  if (more.length > 0)
    throw new UsageError(`One file of requests, not ${more.length + 1}: ${[requests, ...more].join(', ')}.`);
  return requests;
}

function baseOf(args: Arguments): URL {
  const url = args.value('url');
  if (url === undefined)
    throw new UsageError('Missing --url: give the address of the server, such as --url https://api.example.com.');
  return readBaseUrl(url);
}

/** @throws UsageError, which does not repeat the address, because it may hold a password. */
function redisUrl(text: string, env: Environment): URL {
  const url = URL.parse(expanded(text, env, '--queue'));
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new UsageError(
      '--queue must be an address such as redis://127.0.0.1:6379 or rediss://redis.example.com:6380/0.',
    );
  return url;
}

function queueName(name = 'steadfetch-batch'): string {
  if (/^[\w.-]+$/.test(name)) return name;
  throw new UsageError(`--name must consist of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}.`);
}
