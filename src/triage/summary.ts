/** What a whole log says: counts, causes, and how many attempts each call takes. */
import type {Light} from '../decide/classification.ts';
import {type Answer, AnswerCounts} from './answer.ts';
import type {Decision, TriagedFailure} from './assess.ts';
import type {NestedRetries} from './nested.ts';
import type {Evidence, Suggestion} from './suggest.ts';
import {targetGroup} from './target.ts';
import type {UnreadSample} from './unread.ts';

/** One cause of failures. */
export interface Cause {
  readonly signal: string;
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly light: Light;
  readonly decision: Decision;
  readonly count: number;
}

export interface TriageSummary {
  readonly answer: Answer;
  readonly failures: number;
  readonly lights: Readonly<Record<Light, number>>;
  readonly decisions: Readonly<Record<Decision, number>>;
  /** Failures that the policy would send again, of all; null without failures. */
  readonly retryableRatio: number | null;
  /** The most frequent first. */
  readonly causes: readonly Cause[];
  readonly amplification: Amplification;
  readonly nested: NestedRetries;
  readonly suggestion: Suggestion;
  /** Lines with a sign of a failure, in a format that triage does not know. */
  readonly unread: number;
  /** The first of them. */
  readonly unreadSamples: readonly UnreadSample[];
  /** Lines that may hold a failure, and are malformed. */
  readonly unreadable: number;
  /** Lines, spans or entries above the limit of length. */
  readonly tooLong: number;
  readonly lines: number;
  /** False where the log was not read to its end. */
  readonly isComplete: boolean;
}

export interface Amplification {
  /** Failed attempts for each failed first attempt, where the log numbers attempts; null where it does not. */
  readonly observed: number | null;
  /** Attempts for each of these calls, if the policy retries them and they go on failing: the worst case of an outage. */
  readonly worstCase: number | null;
}

/** Causes that are told apart; a log with more has an id in its targets. */
const MOST_CAUSES = 5000;

type Counter = Omit<Cause, 'count'> & {count: number};

export class SummaryCounts {
  readonly lights: Record<Light, number> = {green: 0, yellow: 0, red: 0};
  readonly decisions: Record<Decision, number> = {
    retry: 0,
    'retry-with-key': 0,
    wait: 0,
    'do-not-retry': 0,
    fix: 0,
  };
  readonly #answer = new AnswerCounts();
  #failures = 0;
  #retryable = 0;
  readonly #causes = new Map<string, Counter>();
  readonly #statuses = new Map<number, number>();
  #firstAttempts = 0;
  #numbered = 0;
  #withoutKey = 0;
  #redByBody = 0;
  #hintsInBody = 0;
  #outerRetries = 0;
  #longHints = 0;
  #longestHintMs = 0;

  add(triaged: TriagedFailure): void {
    const {failure, light, decision, refusal, hint, isRedByBody} = triaged;
    const {outcome, attempt, protocol, outerRetries = 0} = failure;
    this.#failures++;
    this.#answer.add(triaged);
    this.lights[light]++;
    this.decisions[decision]++;
    // A used-up attempt is no reason against the retry itself.
    if (refusal === null || refusal === 'attempts-exhausted') this.#retryable++;
    if (refusal === 'may-have-acted') this.#withoutKey++;
    if (isRedByBody) this.#redByBody++;
    if (hint !== null && IN_BODY.has(hint.source) && protocol === 'http') this.#hintsInBody++;
    if (outerRetries > 0) this.#outerRetries++;
    if (refusal === 'hint-too-long') {
      this.#longHints++;
      this.#longestHintMs = Math.max(this.#longestHintMs, hint!.ms);
    }
    if (attempt !== undefined) this.#numbered++;
    if (attempt === 1) this.#firstAttempts++;
    if (protocol === 'http' && outcome.kind === 'response')
      this.#statuses.set(outcome.status, (this.#statuses.get(outcome.status) ?? 0) + 1);
    this.#addCause(triaged);
  }

  get answer(): Answer {
    return this.#answer.answer;
  }

  get failures(): number {
    return this.#failures;
  }

  get retryableRatio(): number | null {
    return this.#failures === 0 ? null : this.#retryable / this.#failures;
  }

  get evidence(): Evidence {
    return {
      failures: this.#failures,
      withoutKey: this.#withoutKey,
      redByBody: this.#redByBody,
      hintsInBody: this.#hintsInBody,
      outerRetries: this.#outerRetries,
      statuses: this.#statuses,
      longHints: this.#longHints,
      longestHintMs: this.#longestHintMs,
    };
  }

  causes(most: number): readonly Cause[] {
    return [...this.#causes.values()].sort((a, b) => b.count - a.count).slice(0, most);
  }

  /** @param maxAttempts Of the policy. */
  amplification(maxAttempts: number, {byProxy, proxyTries}: NestedRetries): Amplification {
    const ratio = this.retryableRatio;
    const proxies = Math.max(this.#failures, byProxy);
    const triesEach = proxies === 0 ? 1 : 1 + (proxyTries - byProxy) / proxies;
    const isBounded = Number.isFinite(maxAttempts);
    return {
      observed: this.#firstAttempts === 0 ? null : this.#numbered / this.#firstAttempts,
      worstCase: ratio === null || !isBounded ? null : (1 + ratio * (maxAttempts - 1)) * triesEach,
    };
  }

  #addCause({signal, method, target, light, decision}: TriagedFailure): void {
    const place = target === undefined ? undefined : targetGroup(target);
    const key = `${signal} ${light} ${decision} ${method} ${place}`;
    const known = this.#causes.get(key);
    if (known !== undefined) known.count++;
    else if (this.#causes.size < MOST_CAUSES)
      this.#causes.set(key, {signal, method, target: place, light, decision, count: 1});
  }
}

const IN_BODY: ReadonlySet<string> = new Set(['retry-info', 'estimated-time', 'message']);
