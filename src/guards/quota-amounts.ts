/** What attempts take of a quota, by unit. */

/** Whole numbers of at least 0. */
export interface Amounts {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const NOTHING: Amounts = Object.freeze({requests: 0, inputTokens: 0, outputTokens: 0});
/** An attempt where no tokens are counted. */
export const ONE_REQUEST: Amounts = Object.freeze({requests: 1, inputTokens: 0, outputTokens: 0});

/** The sum over attempts that come and go. */
export class AmountsInLine implements Amounts {
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
