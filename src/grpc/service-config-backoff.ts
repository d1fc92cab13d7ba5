/** Writes a backoff in the terms of gRPC: exponential, with gRPC's own jitter of plus or minus 20 %. Also formats durations. */
import type {Backoff} from '../policy/types.ts';

/** The backoff of a gRPC `retryPolicy`. Durations are texts such as `0.1s`. */
export interface BackoffConfig {
  /** The wait before the first retry, before jitter. */
  readonly initialBackoff: string;
  /** The longest wait, before jitter. */
  readonly maxBackoff: string;
  /** Factor by which each wait exceeds the one before. */
  readonly backoffMultiplier: number;
}

export function backoffConfig(backoff: Backoff, name: string, warnings: string[]): BackoffConfig {
  const {firstMs, capMs, factor} = nearest(backoff);
  if (backoff.kind === 'linear' || backoff.kind === 'list')
    warnings.push(
      `${name}: gRPC's backoff is exponential; ${backoff.kind} waits become ${firstMs} ms times ${factor}.`,
    );
  // gRPC refuses 0 for either, and grpc-js does not cap the first wait.
  const maxMs = Math.max(1, capMs);
  return {
    initialBackoff: duration(Math.max(1, Math.min(firstMs, maxMs))),
    maxBackoff: duration(maxMs),
    backoffMultiplier: factor,
  };
}

function nearest(backoff: Backoff): {firstMs: number; capMs: number; factor: number} {
  switch (backoff.kind) {
    case 'exponential':
      return {firstMs: backoff.baseMs, capMs: backoff.capMs, factor: backoff.factor};
    case 'constant':
      return {firstMs: backoff.delayMs, capMs: backoff.delayMs, factor: 1};
    case 'linear':
      return {
        firstMs: backoff.baseMs,
        capMs: backoff.capMs,
        factor: ratio(backoff.baseMs, backoff.baseMs + backoff.stepMs),
      };
    case 'list': {
      const [first = 0, second = first] = backoff.delaysMs;
      return {firstMs: first, capMs: Math.max(...backoff.delaysMs), factor: ratio(first, second)};
    }
  }
}

const ratio = (first: number, second: number): number =>
  first === 0 || second <= first ? 1 : Math.round((second / first) * 100) / 100;

/** The longest duration of grpc-js, in seconds. */
const MOST_SECONDS = 2 ** 31 - 1;

/** Nine digits after the point, because grpc-js 1.14 reads the digits as nanoseconds: "0.5s" would be 5 ns. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds >= MOST_SECONDS) return `${MOST_SECONDS}s`;
  const rest = Math.round(ms - seconds * 1000);
  return rest === 0 ? `${seconds}s` : `${seconds}.${String(rest).padStart(3, '0')}000000s`;
}
