/** POSTs in batches that stop and go on: the policies that decide whether a POST may be sent twice, and the result of a run. */
import type {BatchReport, ItemResult} from '../../src/batch/types.ts';
import type {PolicyInput} from '../../src/core.ts';

export const ONCE: PolicyInput = {maxAttempts: 1, breaker: null, budget: null};
export const HARMLESS: PolicyInput = {...ONCE, idempotentMethods: ['POST']};
export const KEYED: PolicyInput = {...ONCE, idempotency: {}};

export interface Ran {
  readonly sent: readonly string[];
  readonly results: readonly ItemResult<string, unknown>[];
  readonly report: BatchReport;
}
