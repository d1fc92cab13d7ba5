#!/usr/bin/env node
/** `steadfetch`: the command line. */
import {useReadyPaths} from '../call/ready-paths/use.ts';
import {useEjection} from '../features/use.ts';
import {useModelEndpoints} from '../features/use-model-endpoints.ts';
import {useFixedBreakers} from '../guards/fixed/use.ts';
import {runCommand} from './command.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // If the reader of a pipe ended, such as `head`, nobody waits for the rest. Some commands have a listener of their own, and say more.
  if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return;
  console.error(`Cannot write to standard output: ${error.message}.`);
  process.exit(1);
});

useFixedBreakers();
useReadyPaths();
useEjection();
useModelEndpoints();
process.exitCode = await runCommand(process.argv.slice(2), process);
