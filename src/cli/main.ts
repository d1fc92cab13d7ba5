#!/usr/bin/env node
/** `steadfetch`: the command line. */
import {SteadfetchError} from '../core/errors.ts';
import {VERSION} from '../core/version.ts';
import {OutputError} from './lines-file.ts';
import {HELP} from './usage.ts';
import {UsageError} from './usage-error.ts';

/** Each command is loaded when it is named: none pays for the others. */
async function run([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'batch':
      return (await import('./batch-command.ts')).batchCommand(args, process);
    case 'chaos':
      return (await import('./chaos-command.ts')).chaosCommand(args, process);
    case 'measure':
      return (await import('./measure-command.ts')).measureCommand(args, process);
    case 'plan':
      return (await import('./plan-command.ts')).planCommand(args, process);
    case 'simulate':
      return (await import('./simulate-command.ts')).simulateCommand(args, process);
    case 'triage':
      return (await import('./triage-command.ts')).triageCommand(args, process);
    case '--version':
    case '-v':
      console.log(VERSION);
      return 0;
    case '--help':
    case '-h':
      console.log(HELP);
      return 0;
    case undefined:
      throw new UsageError(HELP.trimEnd());
    default:
      throw new UsageError(
        `Unknown command ${JSON.stringify(command)}. Commands: batch, chaos, measure, plan, simulate, triage.`,
      );
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Where the reader of a pipe ended, such as `head`, nobody waits for the rest. Some commands have a listener of their own, and say more.
  if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return;
  console.error(`Cannot write to standard output: ${error.message}.`);
  process.exit(1);
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof SteadfetchError && error.code !== 'JOURNAL_FILE');
  // Expected errors, a full disk too, print their message. Unexpected errors print their stack.
  const isTold =
    isUsage ||
    error instanceof SteadfetchError ||
    error instanceof OutputError ||
    (error as NodeJS.ErrnoException).syscall !== undefined;
  console.error(isTold ? (error as Error).message : error);
  process.exitCode = isUsage ? 2 : 1;
}
