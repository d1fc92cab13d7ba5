/** Calls attempt by attempt: records -> aligned text. */
import {columns, milliseconds} from './columns.ts';
import {type Paint, plain} from './paint.ts';

export interface AttemptRecord {
  readonly correlationId: string;
  readonly method: string;
  readonly path: string;
  /** The call carries an idempotency key. */
  readonly keyed: boolean;
  /** 1 is the first. */
  readonly attempt: number;
  /** What came back: the status or the error. */
  readonly result: string;
  readonly failed: boolean;
  readonly latencyMs: number;
  /** What followed: `again in 87 ms (backoff)`, `success`, `failure: …`. */
  readonly next: string;
}

/** A heading for each call, a line for each of its attempts. */
export function attemptLog(records: readonly AttemptRecord[], paint: Paint = plain): string {
  const lines = columns(
    records.map(({attempt, result, latencyMs, next}) => [`  ${attempt}`, result, milliseconds(latencyMs), next]),
    ['left', 'left', 'right', 'left'],
  );
  return records
    .flatMap((record, index) => {
      const {correlationId, method, path, keyed, failed} = record;
      const line = paint(failed ? 'red' : 'green', lines[index]!);
      const isFirst = correlationId !== records[index - 1]?.correlationId;
      const facts = keyed ? `${correlationId}, with an idempotency key` : correlationId;
      return isFirst ? [`${method} ${path}  ${paint('dim', facts)}`, line] : [line];
    })
    .join('\n');
}
