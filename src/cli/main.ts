#!/usr/bin/env node
/** `steadfetch`: the command line. */
import {SteadfetchError} from '../core/errors.ts';
import {VERSION} from '../core/version.ts';
import {batchCommand} from './batch-command.ts';
import {OutputError} from './lines-file.ts';
import {HELP, UsageError} from './usage.ts';

async function run([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'batch':
      return batchCommand(args, process);
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
      throw new UsageError(`steadfetch has no command ${JSON.stringify(command)}. There is: batch.`);
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof SteadfetchError && error.code !== 'JOURNAL_FILE');
  // A full disk is told by its own words; the stack of what nobody expected is for the one who mends it.
  const isTold =
    isUsage ||
    error instanceof SteadfetchError ||
    error instanceof OutputError ||
    (error as NodeJS.ErrnoException).syscall !== undefined;
  console.error(isTold ? (error as Error).message : error);
  process.exitCode = isUsage ? 2 : 1;
}
