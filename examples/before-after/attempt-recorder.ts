/**
 * Turns the events of calls, as they happen, into the records of attempt-log.ts.
 *
 * An attempt's line is complete only with what follows it: the retry comes after the answer, the outcome after both.
 */
import type {AttemptEndEvent, CallEndEvent, Listener, RetryScheduledEvent} from '../../src/core/events.ts';
import type {AttemptRecord} from './attempt-log.ts';

type Draft = {-readonly [K in keyof AttemptRecord]: AttemptRecord[K]};

export class AttemptRecorder {
  readonly #calls = new Map<string, Draft[]>();

  readonly on: Listener = event => {
    switch (event.type) {
      case 'attempt.end':
        this.#draftsOf(event.call.url).push(draft(event));
        return;
      case 'retry.scheduled':
        this.#complete(event.call.url, retryOf(event));
        return;
      case 'call.end':
        this.#complete(event.call.url, endOf(event));
    }
  };

  /** The attempts of the call to this path, first to last. Here each call has a path of its own. */
  of(path: string): readonly AttemptRecord[] {
    return this.#calls.get(path) ?? [];
  }

  #draftsOf(url: string): Draft[] {
    const path = pathOf(url);
    const drafts = this.#calls.get(path) ?? [];
    if (drafts.length === 0) this.#calls.set(path, drafts);
    return drafts;
  }

  #complete(url: string, next: string): void {
    const last = this.#draftsOf(url).at(-1);
    if (last !== undefined) last.next = next;
  }
}

const pathOf = (url: string): string => new URL(url).pathname;

function draft({call, attempt, status, reason, latencyMs}: AttemptEndEvent): Draft {
  return {
    correlationId: call.correlationId ?? '',
    method: call.method,
    path: pathOf(call.url),
    keyed: call.keyed,
    attempt,
    result: status === undefined ? reason : `${status}`,
    failed: status === undefined || status >= 400,
    latencyMs,
    next: '',
  };
}

const retryOf = ({waitMs, waitSource}: RetryScheduledEvent): string =>
  `again in ${Math.round(waitMs)} ms (${waitSource})`;

const endOf = ({result, reason}: CallEndEvent): string => (result === 'success' ? result : `${result}: ${reason}`);
