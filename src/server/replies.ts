/** The answers that are not the handler's, and the events of all answers. */
import {quietly} from '../core/quietly.ts';
import type {IdempotencyEvent, ResolvedOptions} from './options.ts';
import {type ProblemCode, problem} from './problem.ts';
import type {ClaimResult, StoredResponse} from './store.ts';

/** An answer that the adapter sends in place of one of the handler. */
export interface Instead {
  readonly instead: StoredResponse;
}

export class Replies {
  readonly #options: Pick<ResolvedOptions<never, never>, 'on' | 'problems'>;

  constructor(options: Pick<ResolvedOptions<never, never>, 'on' | 'problems'>) {
    this.#options = options;
  }

  notClaimed(found: Exclude<ClaimResult, {state: 'claimed'}>): Instead {
    switch (found.state) {
      case 'running':
        return this.refuse('REQUEST_RUNNING');
      case 'mismatch':
        return this.refuse('IDEMPOTENCY_KEY_REUSED');
      case 'unknown':
        return this.refuse('OUTCOME_UNKNOWN');
      case 'completed': {
        const {response} = found;
        if (response.body === null) return this.refuse('RESPONSE_NOT_KEPT');
        this.notify({type: 'replayed', status: response.status});
        return {instead: {...response, headers: [...response.headers, ['idempotent-replayed', 'true']]}};
      }
    }
  }

  storeFailed(step: 'claim' | 'transaction', error: unknown): Instead {
    this.notify({type: 'store.failed', step, error});
    return this.refuse('STORE_UNAVAILABLE');
  }

  refuse(code: ProblemCode): Instead {
    this.notify({type: 'refused', code});
    return {instead: problem(code, this.#options.problems)};
  }

  notify(event: IdempotencyEvent): void {
    quietly(() => {
      const told: unknown = this.#options.on(event); // A promise where the listener is async.
      if (told instanceof Promise) told.catch(() => {});
    });
  }
}
