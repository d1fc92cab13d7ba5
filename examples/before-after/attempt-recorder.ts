/**
 * Turns the events of calls, as they happen, into the records of attempt-log.ts.
 *
 * An attempt's line is complete only with what follows it: the verdict comes after the answer, the outcome after both.
 */
import type {AttemptEndEvent, Listener, RetryScheduledEvent} from '../../src/core/events.ts';
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
        this.#complete(event.call.url, {verdict: 'resend', why: whyResend(event), waitMs: event.waitMs});
        return;
      case 'retry.abandoned':
        // A resend that was planned and then refused is not a wait that took place.
        this.#complete(event.call.url, {verdict: 'stop', why: event.reason, waitMs: null});
        return;
      case 'call.end': {
        const last = this.#draftsOf(event.call.url).at(-1);
        const unexplained = last?.verdict === 'done' && event.result !== 'success';
        this.#complete(event.call.url, {
          outcome: event.result,
          ...(unexplained && {verdict: 'stop', why: event.reason}),
        });
      }
    }
  };

  /** The attempts of the call to this URL, first to last. Here each call has a URL of its own. */
  of(url: string): readonly AttemptRecord[] {
    return this.#calls.get(url) ?? [];
  }

  #draftsOf(url: string): Draft[] {
    const drafts = this.#calls.get(url) ?? [];
    if (drafts.length === 0) this.#calls.set(url, drafts);
    return drafts;
  }

  #complete(url: string, facts: Partial<Draft>): void {
    const last = this.#draftsOf(url).at(-1);
    if (last !== undefined) Object.assign(last, facts);
  }
}

function draft({call, attempt, status, reason, latencyMs}: AttemptEndEvent): Draft {
  return {
    correlationId: call.correlationId ?? '',
    method: call.method,
    path: new URL(call.url).pathname,
    attempt,
    result: status === undefined ? reason : `${status}`,
    latencyMs,
    waitMs: null,
    verdict: 'done',
    why: '',
    outcome: null,
  };
}

function whyResend({call, reason, waitSource}: RetryScheduledEvent): string {
  return `${reason}${call.keyed ? ', keyed' : ''}; wait: ${waitSource}`;
}
