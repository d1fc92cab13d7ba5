/** `steadfetch batch`: requests from a file, results to a file. */
import {contentKey} from '../batch/content-key.ts';
import {runBatch} from '../batch/run-batch.ts';
import type {BatchReport} from '../batch/types.ts';
import {handleOf} from '../call/define-policy.ts';
import type {PolicyHandle} from '../call/handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {loadPolicy} from '../load.ts';
import {observed} from '../telemetry/observed.ts';
import {type BatchArguments, readBatchArguments} from './batch-arguments.ts';
import {Outputs} from './outputs.ts';
import {progressOn} from './progress.ts';
import type {RequestLine} from './request-line.ts';
import {type Checked, checkRequests, requestsOf} from './requests-file.ts';
import {type LineResponse, resultLine} from './result-line.ts';
import {lineSender} from './send-line.ts';
import {summary} from './summary.ts';
import {BATCH_HELP} from './usage.ts';

/** @returns The exit code: 0 all succeeded, 1 some did not. @throws UsageError, SteadfetchError */
export async function batchCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readBatchArguments(args, process.env);
  if (options === 'help') {
    process.stdout.write(BATCH_HELP);
    return 0;
  }
  const policy = await policyOf(options);
  const checked = await checkRequests(options.requests, options.base);
  if (options.dryRun) {
    process.stdout.write(plan(options, policy, checked));
    return 0;
  }
  const signal = stoppedBy(process);
  const {report, failed} = await send(options, policy, checked.count, signal, process.stderr);
  const errors = failed > 0 ? options.errors : undefined;
  process.stderr.write(summary(report, checked.count, {out: options.out, errors}));
  return report.succeeded === checked.count ? 0 : 1;
}

async function policyOf({policy}: BatchArguments): Promise<PolicyHandle> {
  return handleOf(policy === undefined ? {extends: ['steadfetch:batch']} : await loadPolicy(policy));
}

async function send(
  {requests, base, out, errors, journal, headers, concurrency, resume, ordered, dedupe}: BatchArguments,
  policy: PolicyHandle,
  total: number,
  signal: AbortSignal,
  terminal: NodeJS.WriteStream,
): Promise<{report: BatchReport; failed: number}> {
  const progress = progressOn(terminal, total);
  const outputs = new Outputs(out, errors);
  let runId = '';
  // Not by the base: a run can go on through another way to the same server.
  const nameOf = ({customId, method, path, body}: RequestLine, index: number): string =>
    dedupe ? contentKey({method, path, body}, index) : customId;
  try {
    const report = await runBatch<RequestLine, LineResponse>(requestsOf(requests, base), lineSender(headers), {
      ...observed({}),
      policy,
      target: ({method, url}: RequestLine) => ({method, url}),
      concurrency,
      keyOf: nameOf,
      ordered,
      journal,
      resume,
      signal,
      onResult: result => outputs.write(resultLine(result, runId)),
      on(event) {
        if (event.type === 'batch.start') ({runId} = event);
        progress.tell(event);
      },
    });
    outputs.complete();
    return {report, failed: outputs.failed};
  } catch (error) {
    throw explained(error);
  } finally {
    progress.end();
    await outputs.close();
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof SteadfetchError && error.code === 'JOURNAL_EXISTS')) return error;
  return new SteadfetchError(error.code, `${error.message} To resume it, add --resume.`, error);
}

/** The first signal lets what is on the wire come to its end; the second one does not. The journal is whole either way. */
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

function plan(
  {requests, base, out, headers, resume}: BatchArguments,
  {policy}: PolicyHandle,
  {count, first}: Checked,
): string {
  const own = Object.keys(headers).join(', ') || 'none of yours';
  return [
    `${requests}: ${count.toLocaleString('en')} requests to ${base.origin}`,
    ...(first === undefined
      ? []
      : [`  the first       ${first.method} ${first.url}, custom_id ${JSON.stringify(first.customId)}`]),
    `  headers         ${own}`,
    `  policy          ${policy.name}, at most ${policy.maxAttempts ?? 1} attempts each, ${policy.deadlineMs ?? 'unlimited'} ms in all`,
    `  results         ${out}${resume ? ', going on with its journal' : ''}`,
    'Nothing was sent.',
    '',
  ].join('\n');
}
