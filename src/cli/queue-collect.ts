/** `steadfetch batch collect`: the results of a queue, into files, in the order of the requests. */
import {Counters} from '../batch/counters.ts';
import type {BatchReport} from '../batch/types.ts';
import type {ItemQueue} from '../bullmq/item-queue.ts';
import {systemClock} from '../core/system-clock.ts';
import {ALLOW} from './dry-run.ts';
import {type CollectedFiles, collectedFilesOf} from './files.ts';
import {Outputs} from './outputs.ts';
import type {CollectArguments} from './queue-arguments.ts';
import type {RequestItem} from './request-line.ts';
import {requestItemsOf} from './requests-file.ts';
import {type LineResponse, resultLine} from './result-line.ts';
import {openRewindable, type RewindableFile} from './rewindable-file.ts';
import {count, failedBy, MAY_HAVE_ACTED, type Row, table} from './summary.ts';

interface Collected {
  readonly report: BatchReport;
  /** Requests of the file that the queue does not have. */
  readonly absent: number;
  /** The reason of one failure for each code. */
  readonly said: ReadonlyMap<string, string>;
  /** The file of the failed requests; undefined if no request failed. */
  readonly failed: string | undefined;
}

/** @returns The exit code. @throws UsageError, SteadfetchError, OutputError */
export async function collectResults(
  options: CollectArguments,
  queue: ItemQueue<RequestItem>,
  process: NodeJS.Process,
): Promise<number> {
  const files = collectedFilesOf(options);
  const requests = await openRewindable(files.requests);
  try {
    for await (const _ of requestItemsOf(requests)); // A mistake must not show when half of the results are overwritten.
    const collected = await collect(queue, requests, files);
    const {report} = collected;
    const removal = options.remove ? await remove(queue, report) : '';
    process.stderr.write(summary(collected, files, removal));
    return report.succeeded === report.items ? 0 : 1;
  } finally {
    await requests.close();
  }
}

/** Only what was collected is removed. @returns What was done, or why it was not. */
async function remove(
  queue: ItemQueue<RequestItem>,
  {left, succeeded, failed, deduplicated}: BatchReport,
): Promise<string> {
  if (left > 0) return 'The queue was not removed, because not every request has a result.';
  const {waiting, active, delayed, finished} = await queue.counts();
  const others = waiting + active + delayed + finished - (succeeded + failed - deduplicated);
  if (others > 0)
    return `The queue was not removed, because it has requests that are not in the file: ${count(others)}.`;
  await queue.remove();
  return 'The queue was removed.';
}

async function collect(
  queue: ItemQueue<RequestItem>,
  requests: RewindableFile,
  files: CollectedFiles,
): Promise<Collected> {
  const startedAt = systemClock.now();
  const counters = new Counters();
  const outputs = new Outputs(files);
  const said = new Map<string, string>();
  const runId = await queue.runId();
  let absent = 0;
  try {
    for await (const result of queue.results<LineResponse>(requestItemsOf(requests))) {
      counters.items++;
      if ('pending' in result) {
        counters.left++;
        if (result.pending === 'absent') absent++;
        continue;
      }
      if (!result.ok) said.set(result.failure.code, result.failure.reason);
      counters.ended(result.source, result.ok ? null : result.failure);
      for (let sent = 0; result.source === 'sent' && sent < result.attempts; sent++) counters.sent(sent > 0, undefined);
      await outputs.write(result.item, resultLine(result, runId));
    }
    outputs.complete();
  } finally {
    await outputs.close();
  }
  const report = counters.report(runId, 'complete', systemClock.now() - startedAt);
  return {report, absent, said, failed: outputs.errors};
}

function summary({report, absent, said, failed: errors}: Collected, {out}: CollectedFiles, removal: string): string {
  const {items, succeeded, failed, left, deduplicated, requests, retries} = report;
  const headline = `steadfetch batch collect: ${count(succeeded)} of ${count(items)} succeeded, ${count(failed)} failed`;
  const rows: Row[] = [
    ...failedBy(report, said),
    ['without result', left > 0 && `${count(left)}${absent > 0 ? `, ${count(absent)} of them not in the queue` : ''}`],
    ['duplicates', deduplicated > 0 && `${count(deduplicated)}, answered once`],
    ['requests', `${count(requests)}${retries > 0 ? `, ${count(retries)} of them retries` : ''}`],
    ['results', out.place.name],
    ['failed requests', errors ?? false],
  ];
  const end = removal === '' ? [] : [removal];
  return table(headline, rows, [...advice(report, absent), ...end]);
}

function advice({failedBy: by, failed, retryable}: BatchReport, absent: number): string[] {
  const lines: string[] = [];
  if (Object.keys(by).some(why => why.endsWith('may-have-acted'))) lines.push(MAY_HAVE_ACTED, ...ALLOW);
  if (absent > 0) lines.push(`enqueue adds the ${count(absent)} that the queue does not have.`);
  if (retryable > 0) lines.push(`enqueue --resume sends the ${count(retryable)} for which that can help.`);
  if (failed > retryable) lines.push(`enqueue --retry-failed sends all failed requests again (${count(failed)}).`);
  return lines;
}
