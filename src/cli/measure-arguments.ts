/** The arguments of `steadfetch measure`, checked. */
import {redactUrl} from '../decide/redact.ts';
import {readBaseUrl, readUrl} from './base-url.ts';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {readHeader} from './headers.ts';
import {readPageFile} from './page-file.ts';
import {parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

export interface MeasureArguments {
  /** One address, which is sent GET requests, or a file of requests with the URL that its lines are joined to. */
  readonly target: {readonly url: URL} | {readonly requests: string; readonly base: URL};
  /** A file, or a preset; undefined: the default policy. */
  readonly policy: string | undefined;
  /** Calls of each side. */
  readonly count: number;
  readonly ratePerSecond: number;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowsUnsafe: boolean;
  readonly isConfirmed: boolean;
  readonly json: boolean;
  /** The file of the page with charts, or `-`. */
  readonly html: string | undefined;
  readonly quiet: boolean;
}

/** @returns What was asked for in place of a run. @throws UsageError */
export function readMeasureArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): MeasureArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.measure), 'steadfetch measure --help', name =>
    name === 'timeout' ? '--timeout is --deadline here: the time limit of a call.' : undefined,
  );
  const question = asked(args);
  if (question !== undefined) return question;
  const [operand, ...more] = args.operands;
  if (operand === undefined)
    throw new UsageError('Missing what to measure: name a URL, or a .jsonl file of requests, or - for standard input.');
  if (more.length > 0)
    throw new UsageError(
      `One URL or file of requests, not ${args.operands.length}: ${args.operands.map(each => redactUrl(each)).join(', ')}.`,
    );
  return {
    target: targetOf(operand, args.value('url')),
    policy: args.value('policy'),
    count: wholeNumber('count', args.value('count') ?? '50'),
    ratePerSecond: rateOf(args.value('rate') ?? '5'),
    timeoutMs: wholeNumber('deadline', args.value('deadline') ?? '30000'),
    headers: Object.fromEntries(args.all('header').map(header => readHeader(header, env))),
    allowsUnsafe: args.has('allow-unsafe'),
    isConfirmed: args.has('yes'),
    quiet: args.has('quiet'),
    json: args.has('json'),
    html: readPageFile(args, args.has('json') ? ['--json'] : []),
  };
}

function targetOf(operand: string, base: string | undefined): MeasureArguments['target'] {
  if (/^https?:/i.test(operand)) {
    if (base !== undefined)
      throw new UsageError('--url is for a file of requests; here the URL to measure is named already.');
    const url = readUrl(operand, 'The URL');
    url.hash = '';
    return {url};
  }
  if (base === undefined) {
    const file = operand === '-' ? 'standard input' : operand;
    throw new UsageError(
      `Missing --url: give the address that the requests of ${file} go to, such as --url https://api.example.com. A URL to measure begins with http:// or https://.`,
    );
  }
  return {requests: operand, base: readBaseUrl(base)};
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} must be a whole number of at least 1, got ${JSON.stringify(text)}.`);
  return value;
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate <= 1000))
    throw new UsageError(`--rate must be a number above 0 and at most 1000, got ${JSON.stringify(text)}.`);
  return rate;
}
