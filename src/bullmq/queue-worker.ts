/** A worker of a queue: takes jobs, runs them, and gives each back to BullMQ as finished or delayed. */
import type * as Bullmq from 'bullmq';
import {Drain} from '../batch/drain.ts';
import type {BatchReport} from '../batch/types.ts';
import {sleep} from '../core/timer.ts';
import {JobRun, type TakenJob, type WorkerPlan} from './job-run.ts';
import {IN_STATE, keptOutcome, stateOf} from './job-state.ts';
import type {QueueCounts} from './types.ts';
import {isJobRefusal, untilAnswered} from './until-answered.ts';

/** How often a worker looks whether any item of the queue has no result yet. */
const LOOK_MS = 500;
/** How long a worker without an item waits at its end for a Redis that is away. */
const AWAY_MS = 2000;

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockMs: number;
  readonly maxStalled: number;
  readonly keepRunning: boolean;
  readonly isIoredis: boolean;
  readonly onError: (error: Error) => void;
  /** Opens a connection of BullMQ for this worker. */
  open(process: Bullmq.Processor, options: Omit<Bullmq.WorkerOptions, 'connection'>): Bullmq.Worker;
  counts(): Promise<QueueCounts>;
  /** The key of the item of a job. */
  keyOf(jobId: string): string;
}

export class QueueWorker<Item> {
  readonly #bullmq: typeof Bullmq;
  readonly #plan: WorkerPlan<Item>;
  readonly #settings: WorkerSettings;
  readonly #runs = new Set<JobRun<Item>>();
  readonly #drain = new Drain();

  constructor(bullmq: typeof Bullmq, plan: WorkerPlan<Item>, settings: WorkerSettings) {
    this.#bullmq = bullmq;
    this.#plan = plan;
    this.#settings = settings;
  }

  /** Resolves when no item of the queue is without a result, or `signal` aborted, and every run of this worker has ended. */
  async work(runId: string, signal: AbortSignal | undefined): Promise<BatchReport> {
    const {counters, client, notify} = this.#plan;
    const startedAt = client.clock.now();
    notify?.({type: 'batch.start', runId, journalled: 0});
    const stop = (): void => this.#stop();
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    try {
      if (!this.#drain.begun) await this.#takeJobs();
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    const ended = this.#drain.begun ? 'aborted' : 'complete';
    const report = counters.report(runId, ended, client.clock.now() - startedAt);
    notify?.({type: 'batch.end', report});
    return report;
  }

  async #takeJobs(): Promise<void> {
    const {concurrency, lockMs, maxStalled, onError} = this.#settings;
    const worker = this.#settings.open((job, token) => this.#process(job, token!), {
      autorun: false,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: maxStalled,
    });
    worker.on('error', onError);
    try {
      await worker.waitUntilReady(); // A connection that is still being made would outlive `close`.
      if (!this.#drain.begun) void worker.run().catch(onError);
      await this.#untilFinished();
    } finally {
      await worker.close(this.#settings.isIoredis && !(await this.#isConnected(worker)));
    }
  }

  /**
   * BullMQ cannot close a connection that ioredis is making again: it stops ioredis, and waits for an event that then never comes. So the
   * connection comes first. A worker that has items waits for Redis as long as it takes, to keep their results.
   *
   * @returns False if Redis is away and no item needs it: then BullMQ may drop its connections.
   */
  async #isConnected(worker: Bullmq.Worker): Promise<boolean> {
    const {clock} = this.#plan.client;
    let isThere = false;
    const there = new AbortController();
    const arrived = (): void => {
      isThere = true;
      there.abort();
    };
    worker.getBackend().reconnectBlocking().then(arrived, arrived); // What has ended for good is closed without waiting.
    do await sleep(clock, AWAY_MS, there.signal).catch(() => {});
    while (!isThere && this.#runs.size > 0);
    return isThere;
  }

  #stop(): void {
    this.#drain.begin();
    this.#plan.notify?.({type: 'batch.draining', reason: 'stopped by its signal', requests: this.#runs.size});
    for (const run of this.#runs) run.stop();
  }

  /** Looks twice, because items may be added in groups, and the workers may be faster. */
  async #untilFinished(): Promise<void> {
    const {keepRunning, onError} = this.#settings;
    for (let looks = 0; looks < 2 && !this.#drain.begun; ) {
      const isFinished = !keepRunning && (await this.#isFinished().catch(onError));
      looks = isFinished ? looks + 1 : 0;
      await sleep(this.#plan.client.clock, LOOK_MS, this.#drain.signal).catch(() => {});
    }
  }

  async #isFinished(): Promise<boolean> {
    const {waiting, active, delayed} = await this.#settings.counts();
    return waiting + active + delayed === 0;
  }

  async #process(job: Bullmq.Job, token: string): Promise<never> {
    const id = job.id!;
    const taken: TakenJob<Item> = {
      id,
      token,
      runId: job.name,
      key: this.#settings.keyOf(id),
      item: job.data,
      state: stateOf(job.progress),
    };
    const run = new JobRun(this.#plan, taken);
    this.#runs.add(run);
    if (this.#drain.begun) run.stop();
    try {
      return await this.#finish(job, taken, run);
    } finally {
      this.#runs.delete(run);
    }
  }

  /**
   * Gives the job back, and throws, because BullMQ leaves a job alone whose run throws `WaitingError` or `DelayedError`. It would fail a
   * job that it cannot move because the connection was lost.
   */
  async #finish(job: Bullmq.Job, {id, token}: TakenJob<Item>, run: JobRun<Item>): Promise<never> {
    const {WaitingError, DelayedError} = this.#bullmq;
    const {store, counters, maxResultBytes} = this.#plan;
    const end = await run.run();
    if (end === 'lost') throw new WaitingError();
    if ('waitMs' in end) {
      const isOurs = await this.#putBack(job, token, end.waitMs, end.attempts);
      throw isOurs ? new DelayedError() : new WaitingError();
    }
    const outcome = keptOutcome(end.outcome, maxResultBytes);
    const isInState = end.isNoted && (await store.settle(id, token, {attempts: outcome.attempts, outcome}));
    await this.#move(() => job.moveToCompleted(isInState ? IN_STATE : outcome, token, false));
    counters.items++;
    counters.ended('sent', outcome.ok ? null : outcome.failure);
    throw new WaitingError();
  }

  /** @returns False if another worker has the job. */
  async #putBack(job: Bullmq.Job, token: string, waitMs: number, attempts: number): Promise<boolean> {
    const {store, counters, client} = this.#plan;
    if (!(await store.note(job.id!, token, {attempts}))) return false;
    if (this.#drain.begun) {
      counters.items++;
      counters.left++;
    }
    const at = client.clock.wall() + waitMs;
    await this.#move(() => job.moveToDelayed(at, token));
    return true;
  }

  /** A job that this worker no longer has was moved before, and the reply was lost; or another worker has it. */
  async #move(move: () => Promise<unknown>): Promise<void> {
    const {onError} = this.#settings;
    await untilAnswered(move, this.#plan.client.clock, onError).catch(error => {
      if (!isJobRefusal(error)) throw error;
      onError(error);
    });
  }
}
