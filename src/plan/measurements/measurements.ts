/** Measured attempts, and the service model that they give. */

import {PlanInputError} from '../input-error.ts';
import {measuredLatency, statedQuantiles} from '../latency.ts';
import type {ServiceModel} from '../request.ts';

/** One measured attempt. */
export interface Measured {
  readonly durationMs: number;
  readonly status?: number | undefined;
  /** The error of an attempt without a status: a code, a type or a message. */
  readonly error?: string | undefined;
  /** Whether the server certainly did not act. Where it is left out, only the error says so. */
  readonly isUnsent?: boolean | undefined;
  /** Without a status and an error: `empty` if a field for them is there, `unsaid` if none is. Where it is left out, the attempt succeeded. */
  readonly ending?: 'empty' | 'unsaid' | undefined;
  /** Name of the field that the duration is from, if the name says no unit. */
  readonly unitless?: string | undefined;
}

/** No attempt takes so long: 11 days. */
export const TOO_LONG_MS = 1e9;

/** Durations in milliseconds, by how the attempts ended. */
export class Measurements {
  readonly succeeded: number[] = [];
  /** NaN where the duration is not known, as among `unsent`: such an attempt has failed all the same. */
  readonly failed: number[] = [];
  readonly unsent: number[] = [];
  /** Attempts that timed out. Their latency is not known. */
  timedOut = 0;
  /** Records without a duration that do not say that they failed. */
  skipped = 0;
  /** Of the failed attempts, those that have neither a status nor an error, in records that should have one. */
  withoutStatus = 0;
  /** Whether no record says how its attempt ended, so that all count as answered. */
  isUnsaid = false;
  /** Name of a field of durations that says no unit: they were taken in milliseconds. */
  unitless: string | undefined;
  /** Durations of attempts whose end is not said. Until `settle`, other records may show what that means. */
  #unsaid: number[] = [];
  #hasStatuses = false;

  get count(): number {
    return this.succeeded.length + this.failed.length + this.unsent.length + this.timedOut;
  }

  /** Failed attempts whose duration is not known. */
  get untimed(): number {
    return [...this.failed, ...this.unsent].filter(Number.isNaN).length;
  }

  /**
   * An answer below 500, other than 408 and 429, is a success: a retry would not change it.
   *
   * @throws PlanInputError for a duration of years.
   */
  add({durationMs: stated, status, error, isUnsent, ending, unitless}: Measured): void {
    this.unitless ??= unitless;
    this.#hasStatuses ||= status !== undefined || ending === 'empty';
    if (stated >= TOO_LONG_MS && stated < Infinity)
      throw new PlanInputError(
        `A duration of ${stated} ms is more than 11 days. It may be a time, or in another unit.`,
      );
    const durationMs = stated >= 0 && stated < Infinity ? stated : Number.NaN;
    const isAnswered = status !== undefined && status > 0;
    if (isAnswered && (status >= 500 || status === 408 || status === 429)) this.failed.push(durationMs);
    else if (!isAnswered && error !== undefined) this.#fail(durationMs, error, isUnsent);
    else if (Number.isNaN(durationMs)) this.skipped++;
    else if (isAnswered || ending === undefined) this.succeeded.push(durationMs);
    else if (ending === 'unsaid') this.#unsaid.push(durationMs);
    else this.#failWithoutStatus(durationMs);
  }

  #fail(durationMs: number, error: string, isUnsent: boolean | undefined): void {
    if (isUnsentError(error)) this.unsent.push(durationMs);
    else if (TIMEOUT.test(error)) this.timedOut++;
    else (isUnsent ? this.unsent : this.failed).push(durationMs);
  }

  /** Every record was added. An attempt whose end is not said has failed if others have a status; if none has, it was answered. */
  settle(): void {
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    this.isUnsaid = unsaid.length > 0 && this.count === 0;
    for (const durationMs of unsaid) {
      if (this.#hasStatuses) this.#failWithoutStatus(durationMs);
      else this.succeeded.push(durationMs);
    }
  }

  #failWithoutStatus(durationMs: number): void {
    this.withoutStatus++;
    this.failed.push(durationMs);
  }
}

const TIMEOUT = /time[-_ ]?out|timed[-_ ]?out|deadline|abort/i;
/** Connecting failed, so the server has not seen the request: codes of Node, undici and Chromium, and words of others. */
const UNSENT =
  /(?<!\b(?:read|write) )(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|CONNECTION[_ ](?:REFUSED|TIMED_OUT)|NAME_NOT_RESOLVED|ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED/i;

const isUnsentError = (error: string): boolean => UNSENT.test(error);

/**
 * The service model that measured attempts give. Attempts that timed out count as attempts that never get a response.
 *
 * @throws PlanInputError if fewer than 20 attempts succeeded.
 */
export function serviceOf(measurements: Measurements): ServiceModel {
  const {succeeded, failed, unsent, timedOut, count} = measurements;
  const latency = measuredLatency(succeeded);
  const quantiles = statedQuantiles(latency);
  return {
    latency,
    quantiles,
    failures: [failed, unsent].flatMap(durations =>
      groups(durations, quantiles.p50!).map(({share, afterMs}) => ({
        ratio: (share * durations.length) / count,
        afterMs,
        isUnsent: durations === unsent,
      })),
    ),
    hangRatio: timedOut / count,
  };
}

/** A fast and a slow half are enough for the search, which is slower with every further duration. */
const GROUPS = 2;

/**
 * Failures in groups of equal size, each with its mean duration. Those whose duration is not known fail as the others do.
 *
 * @param otherwiseMs When they fail if no duration is known.
 */
function groups(
  durations: readonly number[],
  otherwiseMs: number,
): {readonly share: number; readonly afterMs: number}[] {
  const known = new Float64Array(durations.filter(ms => !Number.isNaN(ms))).sort();
  if (known.length === 0 && durations.length > 0) return [{share: 1, afterMs: otherwiseMs}];
  const edges = Array.from({length: GROUPS + 1}, (_, index) => Math.round((index * known.length) / GROUPS));
  return edges.slice(1).flatMap((end, index) => {
    const group = known.subarray(edges[index], end);
    if (group.length === 0) return [];
    const afterMs = group.reduce((sum, ms) => sum + ms, 0) / group.length;
    return [{share: group.length / known.length, afterMs: Math.round(afterMs * 10) / 10}];
  });
}
