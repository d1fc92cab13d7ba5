/** The counts of a batch, in constant memory however long it runs. */
import {createHistogram, type RecordableHistogram} from 'node:perf_hooks';
import type {BatchProgress, BatchReport, ItemFailure, ResultSource} from './types.ts';

export class Counters {
  items = 0;
  left = 0;
  reopened = 0;
  waitedMs = 0;
  heldMs = 0;
  #succeeded = 0;
  #failed = 0;
  #retryable = 0;
  #deduplicated = 0;
  #resumed = 0;
  #requests = 0;
  #retries = 0;
  readonly #failedBy = new Map<string, number>();
  readonly #requestsByEndpoint = new Map<string, number>();
  /** Microseconds, to three figures. */
  readonly #latencies: RecordableHistogram = createHistogram({figures: 3});

  sent(isRetry: boolean, endpoint: string | undefined): void {
    this.#requests++;
    if (isRetry) this.#retries++;
    if (endpoint !== undefined) addOne(this.#requestsByEndpoint, endpoint);
  }

  answered(latencyMs: number): void {
    this.#latencies.record(Math.max(1, Math.round(latencyMs * 1000)));
  }

  ended(source: ResultSource, failure: ItemFailure | null): void {
    if (source === 'duplicate') this.#deduplicated++;
    if (source === 'journal') this.#resumed++;
    if (failure === null) {
      this.#succeeded++;
      return;
    }
    this.#failed++;
    if (failure.retryable) this.#retryable++;
    const {code, refusal} = failure;
    const why = refusal === null || refusal === 'not-transient' ? code : `${code}, ${refusal}`;
    addOne(this.#failedBy, why);
  }

  get progress(): BatchProgress {
    return {
      items: this.items,
      finished: this.#succeeded + this.#failed,
      succeeded: this.#succeeded,
      failed: this.#failed,
      requests: this.#requests,
    };
  }

  report(runId: string, ended: BatchReport['ended'], durationMs: number): BatchReport {
    const latencies = this.#latencies;
    const at = (percent: number): number => latencies.percentile(percent) / 1000; // 0 where nothing was recorded.
    return {
      runId,
      ended,
      items: this.items,
      succeeded: this.#succeeded,
      failed: this.#failed,
      failedBy: Object.fromEntries([...this.#failedBy].sort(([, a], [, b]) => b - a)),
      retryable: this.#retryable,
      left: this.left,
      deduplicated: this.#deduplicated,
      resumed: this.#resumed,
      reopened: this.reopened,
      requests: this.#requests,
      requestsByEndpoint: Object.fromEntries(this.#requestsByEndpoint),
      retries: this.#retries,
      waitedMs: this.waitedMs,
      heldMs: this.heldMs,
      latencyMs: {p50: at(50), p95: at(95), p99: at(99), max: latencies.max / 1000},
      durationMs,
    };
  }
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
