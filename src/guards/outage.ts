/** Whether an endpoint is down, and how it returns: by the rules of the adaptive breaker, but calls that have no other endpoint go there all the same. */
import {AdaptiveBreaker} from './adaptive/adaptive-breaker.ts';
import type {Ticket} from './breaker.ts';
import type {Health} from './trip.ts';

export class Outage {
  /** Others answer meanwhile, so that probes may be rare. */
  readonly #breaker = new AdaptiveBreaker({failures: 8, minProbeMs: 100, maxProbeMs: 5000}, '', () => 0.5);
  /** The failures in a row of the change that was not told yet; 0 if the endpoint is back. */
  #news: number | null = null;

  constructor() {
    this.#breaker.onChange = (from, to) => {
      if (to !== 'half-open' && from !== 'half-open') this.#news = this.#breaker.failed;
      if (to === 'closed') this.#news = 0;
    };
  }

  /** Whether an attempt should go elsewhere. */
  refuses(now: number): boolean {
    return this.#breaker.refuses(now);
  }

  /** An attempt begins, whether or not it should have. */
  begin(now: number): Ticket {
    return this.#breaker.admit(now) ?? this.#breaker.begin(now);
  }

  record(ticket: Ticket, beganAt: number, health: Health, now: number): void {
    this.#breaker.record(ticket, health, now, beganAt);
  }

  /** Once after each change: how long the endpoint is passed over at first, and the failures in a row; 0 if it is back. Null without one. */
  news(now: number): {readonly ms: number; readonly failures: number} | null {
    const failures = this.#news;
    this.#news = null;
    return failures === null ? null : {ms: failures === 0 ? 0 : Math.max(1, this.#breaker.retryAfterMs(now)), failures};
  }
}
