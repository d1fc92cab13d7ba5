/** Runs one command of `steadfetch` in a process, or in what a test gives as one. */
import {inspect} from 'node:util';
import {SteadfetchError} from '../core/errors.ts';
import {VERSION} from '../core/version.ts';
import {compileCommand} from './compile-command.ts';
import {completionsCommand} from './completions-command.ts';
import {initCommand} from './init-command.ts';
import {OutputError} from './lines-file.ts';
import {noCommand} from './no-command.ts';
import {UsageError} from './usage-error.ts';

/**
 * @param args What follows the name of the program.
 * @returns The exit code. Expected errors, a full disk too, print their message to standard error, unexpected errors their stack.
 */
export async function runCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  try {
    return await run(args, process);
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof SteadfetchError && error.code !== 'JOURNAL_FILE');
    const isExpected =
      isUsage ||
      error instanceof SteadfetchError ||
      error instanceof OutputError ||
      (error as NodeJS.ErrnoException).syscall !== undefined;
    process.stderr.write(`${isExpected ? (error as Error).message : inspect(error)}\n`);
    return isUsage ? 2 : 1;
  }
}

/** What is larger than its table is loaded when it is named: none pays for the others. */
async function run([command, ...args]: readonly string[], process: NodeJS.Process): Promise<number> {
  switch (command) {
    case 'batch':
      return (await import('./batch-command.ts')).batchCommand(args, process);
    case 'chaos':
      return (await import('./chaos-command.ts')).chaosCommand(args, process);
    case 'compile':
      return compileCommand(args, process);
    case 'completions':
      return completionsCommand(args, process);
    case 'init':
      return initCommand(args, process);
    case 'measure':
      return (await import('./measure-command.ts')).measureCommand(args, process);
    case 'plan':
      return (await import('./plan-command.ts')).planCommand(args, process);
    case 'simulate':
      return (await import('./simulate-command.ts')).simulateCommand(args, process);
    case 'triage':
      return (await import('./triage-command.ts')).triageCommand(args, process);
    case '--version':
    case '-V':
    case '-v':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    case 'help':
      // `help batch --queue` as well. Without a name it is the help of all.
      return run(args.length === 0 ? ['--help'] : [...args, '--help'], process);
    default:
      return noCommand(command, process);
  }
}
