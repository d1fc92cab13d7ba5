/** `steadfetch batch`: requests from a file, results to a file. */
import {contentKey} from '../batch/content-key.ts';
import {isRepeatable} from '../batch/repeatable.ts';
import {runBatch} from '../batch/run-batch.ts';
import type {BatchReport} from '../batch/types.ts';
import {handleOf} from '../call/define-policy.ts';
import type {PolicyHandle} from '../call/handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {systemClock} from '../core/system-clock.ts';
import {loadPolicy} from '../load.ts';
import {checkExtends} from '../policy/resolve.ts';
import {observed} from '../telemetry/observed.ts';
import {type BatchArguments, readBatchArguments} from './batch-arguments.ts';
import {dryRun} from './dry-run.ts';
import {type BatchFiles, filesOf} from './files.ts';
import {Outputs} from './outputs.ts';
import {progressOn} from './progress.ts';
import {ProgressState} from './progress-state.ts';
import type {RequestLine} from './request-line.ts';
import {type Checked, checkRequests, requestsOf} from './requests-file.ts';
import {type LineResponse, resultLine} from './result-line.ts';
import {openRewindable, type RewindableFile} from './rewindable-file.ts';
import {lineSender} from './send-line.ts';
import {summary} from './summary.ts';
import {BATCH_HELP, UsageError} from './usage.ts';

/** A run whose options were checked. */
interface Run {
  readonly options: BatchArguments;
  readonly files: BatchFiles;
  readonly policy: PolicyHandle;
  readonly requests: RewindableFile;
  readonly checked: Checked;
}

/** @returns The exit code: 0 all succeeded, 1 some did not. @throws UsageError, SteadfetchError, OutputError */
export async function batchCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readBatchArguments(args, process.env);
  if (options === 'help') {
    process.stdout.write(BATCH_HELP);
    return 0;
  }
  const files = filesOf(options);
  const policy = await policyOf(options);
  const requests = await openRewindable(files.requests);
  try {
    const isOnce = ({method, url}: RequestLine): boolean => !isRepeatable(policy, method, url);
    const checked = await checkRequests(requests, options.base, isOnce);
    if (options.dryRun) {
      process.stdout.write(dryRun(options, files, policy, checked));
      return 0;
    }
    const report = await run({options, files, policy, requests, checked}, process);
    return report.succeeded === checked.count ? 0 : 1;
  } finally {
    await requests.close();
  }
}

async function policyOf({policyFile, preset}: BatchArguments): Promise<PolicyHandle> {
  if (policyFile !== undefined) return handleOf(await loadPolicy(policyFile));
  const [problem] = checkExtends(preset, '--policy');
  if (problem !== undefined) throw new UsageError(`${problem.path} ${problem.message}.`.replace(/\?\.$/, '?'));
  return handleOf({extends: [preset]});
}

async function run({options, files, policy, requests, checked}: Run, process: NodeJS.Process): Promise<BatchReport> {
  const {base, headers, concurrency, resume, retryFailed, ordered, dedupe} = options;
  const state = new ProgressState(systemClock, checked.count);
  const progress = progressOn(process.stderr, state, systemClock);
  const sendLine = lineSender(headers);
  const outputs = new Outputs(files);
  const said = new Map<string, string>();
  let runId = '';
  // Not by the base: a run can go on through another way to the same server.
  const nameOf = ({customId, method, path, body}: RequestLine, index: number): string =>
    dedupe ? contentKey({method, path, body}, index) : customId;
  let report: BatchReport;
  try {
    report = await runBatch<RequestLine, LineResponse>(
      requestsOf(requests, base),
      (line, context) => state.watch(() => sendLine(line, context)),
      {
        ...observed({}),
        policy,
        target: ({method, url}: RequestLine) => ({method, url}),
        concurrency,
        keyOf: nameOf,
        // Without a journal only so many results are kept, and names would be made for nothing.
        dedupe,
        ordered,
        ...(files.journal !== undefined && {journal: files.journal, resume, retryFailed}),
        signal: stoppedBy(process),
        onResult(result) {
          if (!result.ok) said.set(result.failure.code, result.failure.reason);
          return outputs.write(result.item, resultLine(result, runId));
        },
        on(event) {
          if (event.type === 'batch.start') ({runId} = event);
          progress.note(event);
        },
      },
    );
    outputs.complete();
  } catch (error) {
    throw explained(error);
  } finally {
    progress.end();
    await outputs.close();
  }
  process.stderr.write(summary(report, checked.count, {...files, failed: outputs.errors, said}, state.heldMs));
  return report;
}

function explained(error: unknown): unknown {
  if (!(error instanceof SteadfetchError && error.code === 'JOURNAL_EXISTS')) return error;
  return new SteadfetchError(error.code, `${error.message} To resume it, add --resume.`, error);
}

/** The first signal waits for the requests under way; the second one does not. The journal is whole either way. */
function stoppedBy(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}
