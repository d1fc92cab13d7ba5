/**
 * Detects a client above this one that retries. Such clients send a header to the server. If a call comes in with the header, both
 * clients retry, and their attempts multiply.
 */
import type {HeaderBag} from '../core/observer.ts';

export interface OuterRetries {
  readonly header: string;
  /** Retries of the client above before this call; 0 on its first attempt. */
  readonly count: number;
}

/** A header that shows retries. */
interface Sign {
  readonly header: string;
  /** @returns The retries so far; undefined if the value does not come from a client that retries. */
  read(value: string): number | undefined;
}

/**
 * Envoy and gRPC write their header on first attempts too, so only a higher count shows retries. The header of an SDK shows a client
 * that retries even if its count is 0.
 *
 * @see openai-node and anthropic-sdk-typescript, src/client.ts; AWS SDK for JavaScript, middleware-retry; Envoy,
 *   x-envoy-attempt-count; gRPC proposal A6
 */
const SIGNS: readonly Sign[] = [
  {header: 'x-stainless-retry-count', read: wholeNumber},
  {header: 'amz-sdk-request', read: ofAws},
  {header: 'x-envoy-attempt-count', read: value => positive(wholeNumber(value), 1)},
  {header: 'grpc-previous-rpc-attempts', read: value => positive(wholeNumber(value), 0)},
];

/** Null if no header shows a client that retries. */
export function outerRetries(headers: Pick<HeaderBag, 'get'>): OuterRetries | null {
  for (const {header, read} of SIGNS) {
    const value = headers.get(header);
    const count = value === null ? undefined : read(value.trim());
    if (count !== undefined) return {header, count};
  }
  return null;
}

function wholeNumber(value: string): number | undefined {
  return /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

function positive(count: number | undefined, uncounted: number): number | undefined {
  return count !== undefined && count > uncounted ? count - uncounted : undefined;
}

/** `attempt=2; max=3`. With `max=1` the SDK does not retry. */
function ofAws(value: string): number | undefined {
  const [, attempt, max] = /^(?:ttl=[^;]*;\s*)?attempt=(\d{1,6})(?:;\s*max=(\d{1,6}))?$/.exec(value) ?? [];
  if (attempt === undefined || max === '1') return undefined;
  return Math.max(0, Number(attempt) - 1);
}
