/** A retry budget as gRPC's retry throttling: what comes nearest. */
import type {Budget} from '../policy/types.ts';

export interface RetryThrottling {
  /** A failed attempt takes one; retries stop at half. */
  readonly maxTokens: number;
  /** What a success gives back. */
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
