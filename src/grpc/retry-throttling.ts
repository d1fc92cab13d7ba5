/** The retry throttling of gRPC that is closest to a retry budget. */
import type {Budget} from '../policy/types.ts';

/** `retryThrottling` of a service config: a token bucket for all retries of a channel. */
export interface RetryThrottling {
  /** Size of the bucket. A failed attempt takes one token; with half of them or fewer nothing is retried. */
  readonly maxTokens: number;
  /** Tokens that a success returns. */
  readonly tokenRatio: number;
}

const MOST_TOKENS = 1000;
/** gRPC keeps three decimals. */
const LEAST_RATIO = 0.001;
/** gRPC's own example, and the default of its documentation. */
const TOKENS_FOR_A_RATIO = 10;

/** null: the policy has no budget that binds. */
export function throttlingOf(budget: Budget | null, warnings: string[]): RetryThrottling | null {
  if (budget === null) return null;
  if (budget.kind === 'ratio') {
    if (budget.ratio <= 0) return {maxTokens: 1, tokenRatio: LEAST_RATIO};
    return {maxTokens: TOKENS_FOR_A_RATIO, tokenRatio: rounded(budget.ratio)};
  }
  const {capacity, retryCost} = budget;
  if (retryCost === 0) return null;
  // Ours is empty after capacity/retryCost retries, theirs stops when half of it is gone; a first-try success deposits one.
  const tokens = Math.max(1, (2 * capacity) / retryCost);
  if (tokens > MOST_TOKENS)
    warnings.push(`A budget of ${Math.floor(tokens / 2)} retries becomes one of ${MOST_TOKENS / 2}, gRPC's largest.`);
  return {maxTokens: Math.min(MOST_TOKENS, Math.round(tokens * 1000) / 1000), tokenRatio: rounded(1 / retryCost)};
}

const rounded = (ratio: number): number => Math.max(LEAST_RATIO, Math.round(ratio * 1000) / 1000);
