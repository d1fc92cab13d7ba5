/** `steadfetch batch work`: sends the requests of a queue, beside any number of other workers. */
import type {BatchReport} from '../batch/types.ts';
import type {ItemQueue} from '../bullmq/item-queue.ts';
import {type AbortSource, CallSignal} from '../core/abort-source.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {systemClock} from '../core/system-clock.ts';
import {sleep} from '../core/timer.ts';
import {askedTokens} from '../decide/asked-tokens.ts';
import type {PolicyInput} from '../policy/types.ts';
import {redisGuards} from '../redis/redis-guards.ts';
import {BatchProgress} from './batch-progress.ts';
import {readPolicyInput} from './policy-input.ts';
import {QUIETLY} from './progress.ts';
import {ProgressState} from './progress-state.ts';
import type {WorkArguments} from './queue-arguments.ts';
import {connectTo} from './queue-connection.ts';
import {joinedUrl, type RequestItem} from './request-line.ts';
import {stoppedBy} from './run-requests.ts';
import {lineSender} from './send-line.ts';
import {count, failedBy, latency, type Row, retriesText, seconds, table} from './summary.ts';

/** How often the progress of all workers is read. */
const LOOK_MS = 1000;

/** @returns The exit code. @throws UsageError, SteadfetchError */
export async function workOnRequests(
  options: WorkArguments,
  queue: ItemQueue<RequestItem>,
  process: NodeJS.Process,
): Promise<number> {
  const policy = await readPolicyInput(options.policy);
  // A connection of its own, so that guards do not wait behind results. The queue says that Redis is lost.
  const {send, close} = await connectTo(options.redis, silent, silent);
  try {
    return await workOn({...options, policy, send}, queue, process);
  } finally {
    close();
  }
}

async function workOn(
  options: Settings & Pick<WorkArguments, 'redis' | 'quiet'>,
  queue: ItemQueue<RequestItem>,
  process: NodeJS.Process,
): Promise<number> {
  const state = new ProgressState(systemClock, ...(await reached(queue)));
  const progress = new BatchProgress(
    options.quiet ? QUIETLY : process.stderr,
    state,
    systemClock,
    'steadfetch batch work',
  );
  const ended = new CallSignal();
  void follow(queue, state, ended);
  try {
    const signal = stoppedBy(process);
    progress.say(`takes requests from the queue ${options.name} at ${options.redis.host}`);
    const report = await work(options, queue, state, progress, signal);
    progress.end();
    process.stderr.write(summary(report, state.heldMs));
    return 0;
  } finally {
    ended.abort(null);
    progress.end();
  }
}

const silent = (): void => {};

async function follow(queue: ItemQueue<RequestItem>, state: ProgressState, ended: AbortSource): Promise<void> {
  while (!ended.aborted) {
    await sleep(systemClock, LOOK_MS, ended).catch(silent);
    if (ended.aborted) return;
    await reached(queue).then(([total, finished]) => state.reach({total, finished}), silent);
  }
}

async function reached(queue: ItemQueue<RequestItem>): Promise<[total: number, finished: number]> {
  const {waiting, active, delayed, finished} = await queue.counts();
  return [waiting + active + delayed + finished, finished];
}

type Settings = Pick<WorkArguments, 'base' | 'headers' | 'concurrency' | 'lockMs' | 'keepRunning' | 'name'> & {
  readonly policy: PolicyInput;
  readonly send: RedisSend;
};

function work(
  {base, headers, concurrency, lockMs, keepRunning, name, policy, send}: Settings,
  queue: ItemQueue<RequestItem>,
  state: ProgressState,
  progress: BatchProgress,
  signal: AbortSignal,
): Promise<BatchReport> {
  const sendLine = lineSender({own: headers, byEndpoint: {}});
  const urlOf = ({path}: RequestItem): string => joinedUrl(path, base);
  return queue.work((item, context) => state.watch(() => sendLine({...item, url: urlOf(item)}, context)), {
    policy,
    target: item => ({method: item.method, url: urlOf(item)}),
    weigh: ({body}) => (body === undefined ? {} : askedTokens(JSON.stringify(body))),
    guards: redisGuards({send, name}),
    concurrency,
    lockMs,
    keepRunning,
    signal,
    on: event => progress.note(event),
  });
}

function summary(report: BatchReport, heldMs: number): string {
  const {items, succeeded, failed, left, requests, ended, latencyMs, durationMs} = report;
  const headline = `steadfetch batch work: ${count(succeeded)} of ${count(items)} requests succeeded, ${count(failed)} failed, in ${seconds(durationMs)}`;
  const rows: Row[] = [
    ...failedBy(report, new Map()),
    ['put back', left > 0 && `${count(left)}, for another worker`],
    ['sent', `${count(requests)}${retriesText(report)}`],
    ['held', heldMs >= 1000 && `${seconds(heldMs)} without a request`],
    ['latency', requests > 0 && latency(latencyMs)],
  ];
  const end = ended === 'complete' ? 'Every request of the queue has a result. collect writes them.' : 'Stopped.';
  return table(headline, rows, [end]);
}
