/** The arguments of `steadfetch chaos`, checked. */
import type {FaultServerOptions} from '../chaos/options.ts';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {parseArguments} from './parse-arguments.ts';
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
    readonly bandwidth?: number;
    readonly totalBandwidth?: number;
  };
  readonly quiet: boolean;
}

/** @returns What was asked for in place of a run. @throws UsageError */
export function readChaosArguments(argv: readonly string[]): ChaosArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.chaos), 'steadfetch chaos --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const given = [...args.operands, ...args.all('scenario')];
  const [scenario, ...more] = given;
  if (scenario === undefined)
    throw new UsageError('Missing the scenario: give the name of one, such as outage, or a file.');
  if (more.length > 0) throw new UsageError(`One scenario, not ${given.length}: ${given.join(', ')}.`);
  const body = args.value('body');
  const bodyMs = args.value('body-ms');
  const bandwidth = args.value('bandwidth');
  const totalBandwidth = args.value('total-bandwidth');
  if (scenario === '-' && body === '-')
    throw new UsageError('Only one of the scenario and the body can be read from standard input (-).');
  return {
    scenario,
    body,
    json: args.has('json'),
    quiet: args.has('quiet'),
    server: {
      port: portOf(args.value('port') ?? '8080'),
      host: args.value('host') ?? '127.0.0.1',
      exposed: args.has('yes'),
      seed: seedOf(args.value('seed')),
      timeFrom: args.value('time-from') === 'start' ? 'start' : 'first-request',
      ...(bodyMs === undefined ? {} : {bodyMs: bodyMsOf(bodyMs)}),
      ...(bandwidth === undefined ? {} : {bandwidth: bandwidthOf('--bandwidth', bandwidth)}),
      ...(totalBandwidth === undefined ? {} : {totalBandwidth: bandwidthOf('--total-bandwidth', totalBandwidth)}),
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

function bandwidthOf(option: string, text: string): number {
  const bytesPerSecond = Number(text);
  if (!(bytesPerSecond > 0 && bytesPerSecond < Number.POSITIVE_INFINITY))
    throw new UsageError(`${option} must be a number above 0, got ${JSON.stringify(text)}.`);
  return bytesPerSecond;
}
