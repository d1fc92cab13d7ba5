/** One line per attempt: records -> aligned text. Where the records come from, it does not know. */
import {columns, milliseconds} from './columns.ts';

export interface AttemptRecord {
  readonly correlationId: string;
  readonly method: string;
  readonly path: string;
  /** 1 is the first. */
  readonly attempt: number;
  /** What came back: the status or the error. */
  readonly result: string;
  readonly latencyMs: number;
  /** Wait before the next attempt; null when there is none. */
  readonly waitMs: number | null;
  readonly verdict: 'resend' | 'stop' | 'done';
  /** Why; may be empty when the verdict says it all. */
  readonly why: string;
  /** How the call ended; null while attempts follow. */
  readonly outcome: string | null;
}

const head = ['correlation id', 'call', 'attempt', 'result', 'latency', 'wait', 'outcome', 'verdict'];

export function attemptLog(records: readonly AttemptRecord[]): string {
  const rows = records.map((record, index) => {
    const again = record.correlationId === records[index - 1]?.correlationId;
    return [
      record.correlationId,
      again ? '' : `${record.method} ${record.path}`,
      `${record.attempt}`,
      record.result,
      milliseconds(record.latencyMs),
      record.waitMs === null ? '' : milliseconds(record.waitMs),
      record.outcome ?? '',
      record.why === '' ? record.verdict : `${record.verdict}: ${record.why}`,
    ];
  });
  return columns([head, ...rows], ['left', 'left', 'right', 'left', 'right', 'right', 'left', 'left']).join('\n');
}
