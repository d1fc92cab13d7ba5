/** `steadfetch batch`: requests from a file, results to a file. */

import {isRepeatable} from '../batch/repeatable.ts';
import {handleOf} from '../features/everything.ts';
import {readBatchArguments} from './batch-arguments.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {dryRun} from './dry-run.ts';
import {checkEndpointNames, whyConfined} from './endpoint-headers.ts';
import {filesOf} from './files.ts';
import {readPolicyInput} from './policy-input.ts';
import type {RequestLine} from './request-line.ts';
import {checkRequests} from './requests-file.ts';
import {openRewindable} from './rewindable-file.ts';
import {runRequests} from './run-requests.ts';
import {summary} from './summary.ts';

/** @returns The exit code: 0 all succeeded, 1 some did not. @throws UsageError, SteadfetchError, OutputError */
export async function batchCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  // Loaded only here, so that a batch of one process does not need BullMQ.
  if (args.some(word => /^--queue(?:=|$)/.test(word)))
    return (await import('./queue-command.ts')).queueCommand(args, process);
  const options = readBatchArguments(args, process.env);
  if (typeof options === 'string') return answer(options, SPECS.batch, process.stdout);
  const files = filesOf(options);
  const policy = handleOf(await readPolicyInput(options.policyFile ?? options.preset));
  checkEndpointNames(options, policy);
  const requests = await openRewindable(files.requests);
  try {
    const isOnce = ({method, url}: RequestLine): boolean => !isRepeatable(policy, method, url);
    const checked = await checkRequests(requests, options.base, isOnce);
    if (options.dryRun) {
      process.stdout.write(dryRun(options, files, policy, checked));
      return 0;
    }
    const {count: total} = checked;
    const confined = whyConfined(options, policy);
    if (confined !== null) process.stderr.write(`${confined}\n`);
    const {report, heldMs, ...ended} = await runRequests({options, files, policy, requests, total}, process);
    process.stderr.write(summary(report, total, {...files, ...ended}, heldMs));
    return report.succeeded === total ? 0 : 1;
  } finally {
    await requests.close();
  }
}
