/** The command line: runs the named command and returns its exit code. Never throws. */

import {parseArguments} from '../src/cli/parse-arguments.ts';
import type {UsageError} from '../src/cli/usage-error.ts';
import {VERSION} from '../src/core/version.ts';
import {commandOf} from './commands/by-name.ts';
import {wantsColour} from './commands/colour.ts';
import type {CommandSpec} from './commands/command.ts';
import {helpOf} from './commands/help.ts';
import {commands} from './commands/table.ts';
import {harmlessLines} from './formatters/harmless.ts';
import {CliError} from './io/cli-error.ts';
import {optionHabit} from './io/habits.ts';
import type {Io} from './io/io.ts';
import {withoutCommands} from './io/without-commands.ts';

/** @returns 0: no findings; 1: findings; 2: wrong usage, configuration or file; 3: a bug in retry-lint. */
export async function run(argv: readonly string[], given: Io): Promise<number> {
  const io = withoutCommands(given);
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (isMistake(error)) {
      io.err.write(`${harmlessLines(error.message)}\n`);
      return 2;
    }
    const trace = error instanceof Error ? error.stack : String(error);
    const cause = isTooOld(io.node)
      ? `retry-lint ${VERSION} needs Node ${OLDEST_NODE} or later, and this is Node ${io.node}.`
      : `This is a bug in retry-lint ${VERSION}, not in your policy. Please report it as an issue of steadfetch, with the lines above.`;
    io.err.write(`${harmlessLines(String(trace))}\n${cause}\n`);
    return 3;
  }
}

/** By their names: the bundle of `retry-lint mcp` has classes of its own. */
const isMistake = (error: unknown): error is CliError | UsageError =>
  error instanceof Error && /^(?:Cli|Usage)Error$/.test(error.name);

/** As `engines` of package.json says. */
const OLDEST_NODE = '22.12';

/** @param version Empty in a browser. */
const isTooOld = (version: string): boolean =>
  version !== '' && version.localeCompare(OLDEST_NODE, 'en', {numeric: true}) < 0;

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  // The first word alone can name a command: further on it may be the value of an option, or a file.
  const asked = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : argv;
  const named = commands.find(({name}) => name === asked[0]);
  const spec = named ?? commands[0];
  const words = named === undefined ? asked : asked.slice(1);
  const usage = spec === commands[0] ? 'retry-lint --help' : `retry-lint ${spec.name} --help`;
  const options = spec.groups.flatMap(group => group.options);
  const args = parseArguments(words, options, usage, optionHabit);
  if (args.has('help')) return help(spec, io);
  if (args.has('version')) {
    io.out.write(`${VERSION}\n`);
    return 0;
  }
  const {operands} = args;
  const [least, most] = spec.count;
  if (operands.length < least || operands.length > most)
    throw new CliError(`Usage: retry-lint ${spec.name} ${spec.operands}; "${usage}" says more.`);
  return commandOf(spec.name)(args, io);
}

function help(spec: CommandSpec, io: Io): number {
  io.out.write(helpOf(spec, {colour: wantsColour(undefined, io), columns: io.out.columns}));
  return 0;
}
