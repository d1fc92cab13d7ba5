/** What to do about a whole log: each failure counts once. */
import type {TriagedFailure} from './assess.ts';

export interface Answer {
  /** Failures that the policy sends again, those included whose request carried a key. */
  readonly mayRetry: number;
  /** Failures that may be sent again only if every attempt carries an idempotency key. */
  readonly needKey: number;
  /** Failures whose server asks for a longer wait than `retryAfter.maxMs`. */
  readonly waitTooLong: number;
  readonly mustNot: number;
  /** How many must not be retried because the request, the account or the configuration has to be changed. */
  readonly fix: number;
  /** The longest wait of those that may be retried, in ms; null without any. */
  readonly longestWaitMs: number | null;
  /** The longest wait that a server asks for and the policy does not allow, in ms; null without any. */
  readonly longestAskedMs: number | null;
}

export class AnswerCounts {
  #mayRetry = 0;
  #needKey = 0;
  #waitTooLong = 0;
  #mustNot = 0;
  #fix = 0;
  #longestWaitMs = -1;
  #longestAskedMs = -1;

  add({refusal, decision, nextWait, hint}: TriagedFailure): void {
    switch (refusal) {
      case null:
        this.#mayRetry++;
        this.#longestWaitMs = Math.max(this.#longestWaitMs, nextWait?.maxMs ?? 0);
        break;
      case 'may-have-acted':
        this.#needKey++;
        break;
      case 'hint-too-long':
        this.#waitTooLong++;
        this.#longestAskedMs = Math.max(this.#longestAskedMs, hint?.ms ?? 0);
        break;
      default:
        this.#mustNot++;
        if (decision === 'fix') this.#fix++;
    }
  }

  get answer(): Answer {
    return {
      mayRetry: this.#mayRetry,
      needKey: this.#needKey,
      waitTooLong: this.#waitTooLong,
      mustNot: this.#mustNot,
      fix: this.#fix,
      longestWaitMs: this.#longestWaitMs < 0 ? null : this.#longestWaitMs,
      longestAskedMs: this.#longestAskedMs < 0 ? null : this.#longestAskedMs,
    };
  }
}
