/** The arguments of `steadfetch chaos`, checked. */
import type {FaultServerOptions} from '../chaos/options.ts';
import {type OptionSyntax, parseArguments} from './parse-arguments.ts';
import {seedOf} from './scenario-option.ts';
import {UsageError} from './usage-error.ts';

export interface ChaosArguments {
  /** A name, a file, or `-`. */
  readonly scenario: string;
  /** The file of `--body`. */
  readonly body: string | undefined;
  readonly json: boolean;
  readonly server: Required<Pick<FaultServerOptions, 'port' | 'host' | 'exposed' | 'timeFrom'>> & {
    readonly seed: number | undefined;
    readonly bodyMs?: number;
  };
}

const OPTIONS: readonly OptionSyntax[] = [
  {name: 'port', value: '<n>'},
  {name: 'host', value: '<address>'},
  {name: 'yes'},
  {name: 'seed', value: '<n>'},
  {name: 'time-from', value: '<event>', values: ['first-request', 'start']},
  {name: 'body', value: '<file>'},
  {name: 'body-ms', value: '<ms>'},
  {name: 'json'},
  {name: 'help', short: 'h'},
];

/** @returns `help` where that is asked for. @throws UsageError */
export function readChaosArguments(argv: readonly string[]): ChaosArguments | 'help' {
  const args = parseArguments(argv, OPTIONS, 'steadfetch chaos --help');
  if (args.has('help')) return 'help';
  const [scenario, ...more] = args.operands;
  if (scenario === undefined)
    throw new UsageError('Missing the scenario: give the name of one, such as outage, or a file.');
  if (more.length > 0) throw new UsageError(`One scenario, not ${args.operands.length}: ${args.operands.join(', ')}.`);
  const body = args.value('body');
  const bodyMs = args.value('body-ms');
  if (scenario === '-' && body === '-')
    throw new UsageError('Only one of the scenario and the body can be read from standard input (-).');
  return {
    scenario,
    body,
    json: args.has('json'),
    server: {
      port: portOf(args.value('port') ?? '8080'),
      host: args.value('host') ?? '127.0.0.1',
      exposed: args.has('yes'),
      seed: seedOf(args.value('seed')),
      timeFrom: args.value('time-from') === 'start' ? 'start' : 'first-request',
      ...(bodyMs === undefined ? {} : {bodyMs: bodyMsOf(bodyMs)}),
    },
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port must be a whole number from 0 to 65535, got ${JSON.stringify(text)}.`);
  return port;
}

function bodyMsOf(text: string): number {
  const ms = Number(text);
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY))
    throw new UsageError(`--body-ms must be a number of at least 0, got ${JSON.stringify(text)}.`);
  return ms;
}
