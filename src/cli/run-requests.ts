/** Sends the requests of a file, and writes their results. */

import type {RunTarget} from '../batch/memory.ts';
import {runBatch} from '../batch/run-batch.ts';
import type {BatchOptions, BatchReport, ItemResult} from '../batch/types.ts';
import type {Plan} from '../client/plan.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {systemClock} from '../core/system-clock.ts';
import {askedTokens} from '../decide/asked-tokens.ts';
import {observed} from '../telemetry/observed.ts';
import type {BatchArguments} from './batch-arguments.ts';
import {BatchProgress} from './batch-progress.ts';
import {lineHeaders, whyConfined} from './endpoint-headers.ts';
import type {BatchFiles} from './files.ts';
import {Outputs} from './outputs.ts';
import {QUIETLY} from './progress.ts';
import {ProgressState} from './progress-state.ts';
import {requestKey} from './request-key.ts';
import type {RequestLine} from './request-line.ts';
import {requestsOf} from './requests-file.ts';
import {type LineResponse, resultLine} from './result-line.ts';
import type {RewindableFile} from './rewindable-file.ts';
import {lineSender} from './send-line.ts';

/** A run whose options and requests were checked. */
export interface Run {
  readonly options: BatchArguments;
  readonly files: BatchFiles;
  readonly policy: PolicyHandle;
  readonly requests: RewindableFile;
  readonly total: number;
}

export interface Ended {
  readonly report: BatchReport;
  /** The file of the failed requests; undefined if no request failed, or if there is no such file. */
  readonly failed: string | undefined;
  /** The reason of one failure for each code. */
  readonly said: ReadonlyMap<string, string>;
  /** Time in which nothing could be sent. */
  readonly heldMs: number;
}

type Options = BatchOptions<RequestLine, LineResponse>;

/** @throws SteadfetchError, OutputError */
export async function runRequests(run: Run, process: NodeJS.Process): Promise<Ended> {
  const {options, files, policy, requests, total} = run;
  const state = new ProgressState(systemClock, total);
  const progress = new BatchProgress(options.quiet ? QUIETLY : process.stderr, state, systemClock);
  const outputs = new Outputs(files);
  const said = new Map<string, string>();
  const send = lineSender(lineHeaders(options, policy));
  let runId = '';
  const own: Options = {
    signal: stoppedBy(process),
    onResult(result: ItemResult<RequestLine, LineResponse>) {
      if (!result.ok) said.set(result.failure.code, result.failure.reason);
      return outputs.write(result.item, resultLine(result, runId));
    },
    on(event) {
      if (event.type === 'batch.start') ({runId} = event);
      progress.note(event);
    },
  };
  try {
    const report = await runBatch<RequestLine, LineResponse>(
      requestsOf(requests, options.base),
      (line, context) => state.watch(() => send(line, context)),
      {...optionsOf(run), ...own},
      {names: options.dedupe ? 'content' : 'custom_id', target: targetOf(options.base, policy)},
    );
    outputs.complete();
    return {report, failed: outputs.errors, said, heldMs: state.heldMs};
  } catch (error) {
    throw explained(error);
  } finally {
    progress.end();
    await outputs.close();
  }
}

/** Endpoints that share keys know what another one has acted on. */
function targetOf({href}: URL, {plans}: PolicyHandle): RunTarget {
  const isShared = ({endpoints}: Plan, url: string): boolean =>
    endpoints?.settings.sharedKeys === true && endpoints.addressedBy(url, new URL(url).origin) !== null;
  return {
    url: href,
    isSharedWith: url => url === href || plans.all.every(plan => isShared(plan, url) && isShared(plan, href)),
  };
}

function optionsOf({options, files: {journal}, policy}: Run): Options {
  const {concurrency, resume, retryFailed, ordered, dedupe} = options;
  return {
    ...observed({}),
    policy,
    target: ({method, url}) => ({method, url}),
    weigh: ({body}) => (body === undefined ? {} : askedTokens(JSON.stringify(body))),
    movable: whyConfined(options, policy) === null,
    concurrency,
    keyOf: requestKey(dedupe),
    // Without a journal so many results are kept in memory, where duplicates are answered.
    dedupe,
    ordered,
    ...(journal !== undefined && {journal, resume, retryFailed}),
  };
}

function explained(error: unknown): unknown {
  if (!(error instanceof SteadfetchError && error.code === 'JOURNAL_EXISTS')) return error;
  return new SteadfetchError(error.code, `${error.message} To resume it, add --resume.`, error);
}

/** The first signal waits for the requests under way; the second one does not. What was answered is kept either way. */
export function stoppedBy(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}
