/** The amounts of a quota that attempts take, by unit. */

/** Whole numbers, 0 or more. */
export interface Amounts {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const NOTHING: Amounts = Object.freeze({requests: 0, inputTokens: 0, outputTokens: 0});
/** An attempt under a quota that counts no tokens. */
export const ONE_REQUEST: Amounts = Object.freeze({requests: 1, inputTokens: 0, outputTokens: 0});

/** The amounts of a changing set of attempts, summed up. */
export class AmountsSum implements Amounts {
  requests = 0;
  inputTokens = 0;
  outputTokens = 0;

  add({requests, inputTokens, outputTokens}: Amounts): void {
    this.requests += requests;
    this.inputTokens += inputTokens;
    this.outputTokens += outputTokens;
  }

  subtract({requests, inputTokens, outputTokens}: Amounts): void {
    this.requests -= requests;
    this.inputTokens -= inputTokens;
    this.outputTokens -= outputTokens;
  }
}

export const plus = (one: Amounts, other: Amounts): Amounts => ({
  requests: one.requests + other.requests,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
});
