/** Whether an endpoint is down, and how it returns: by the rules of the adaptive breaker, but calls that have no other endpoint go there all the same. */
import {AdaptiveBreaker} from './adaptive/adaptive-breaker.ts';

export class Outage extends AdaptiveBreaker {
  /** The failures in a row of the change that was not told yet; 0 if the endpoint is back. */
  #news: number | null = null;

  constructor() {
    super({failures: 8, minProbeMs: 100, maxProbeMs: 5000, maxWaitMs: 0}, '', () => 0.5); // Others answer meanwhile, so that probes may be rare.
    this.onChange = (from, to) => {
      if (from === 'closed') this.#news = this.failed;
      else if (to === 'closed') this.#news = 0;
    };
  }

  /** Once after each change: how long the endpoint is passed over at first, and the failures in a row; 0 if it is back. Null without one. */
  news(now: number): {readonly ms: number; readonly failures: number} | null {
    const failures = this.#news;
    this.#news = null;
    return failures === null ? null : {ms: failures === 0 ? 0 : Math.max(1, this.retryAfterMs(now)), failures};
  }
}
