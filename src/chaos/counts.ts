/** What a fault server has served. */

export interface FaultServerCounts {
  /** Time of the scenario, in ms; null before it has begun. */
  readonly atMs: number | null;
  /** Requests that arrived. A refused connection is none. */
  readonly received: number;
  /** Requests whose processing began: what a service that charges for its work charges for. */
  readonly processed: number;
  /** Requests that a quota, load shedding or a full line refused. */
  readonly refused: number;
  /** Responses by status: `{200: 41, 503: 12}`. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Connections that the server broke instead of an answer. */
  readonly broken: number;
  /** Event streams that ended in an error. */
  readonly streamErrors: number;
  /** Requests whose client left before the response was complete. */
  readonly abandoned: number;
  /** Requests whose client waits for the response, or for its end. Those that hang are among them. */
  readonly waiting: number;
}

/** @param counts At least one. All are of one time. */
export function summed(counts: readonly FaultServerCounts[]): FaultServerCounts {
  return counts.reduce((a, b) => ({
    atMs: a.atMs,
    received: a.received + b.received,
    processed: a.processed + b.processed,
    refused: a.refused + b.refused,
    statuses: sumByStatus(a.statuses, b.statuses),
    broken: a.broken + b.broken,
    streamErrors: a.streamErrors + b.streamErrors,
    abandoned: a.abandoned + b.abandoned,
    waiting: a.waiting + b.waiting,
  }));
}

function sumByStatus(a: FaultServerCounts['statuses'], b: FaultServerCounts['statuses']): Record<number, number> {
  const sums = new Map(Object.entries(a));
  for (const [status, count] of Object.entries(b)) sums.set(status, (sums.get(status) ?? 0) + count);
  return Object.fromEntries(sums);
}

/** Counts what the model of the service cannot know: what became of the responses. */
export class ResponseCounts {
  broken = 0;
  streamErrors = 0;
  abandoned = 0;
  waiting = 0;
  readonly #statuses = new Map<number, number>();

  answered(status: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  get statuses(): Record<number, number> {
    return Object.fromEntries(this.#statuses);
  }
}
