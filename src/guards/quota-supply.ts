/** The supply port of a quota: amounts that several processes share, so that one of them may take only what it was granted. */
import type {Amounts} from './quota-amounts.ts';

/** Where taken amounts came from. Only the supply that made it reads it. */
export interface QuotaLot {
  /** Number of the supply's slot for each limit; null for amounts that were taken without a grant. */
  readonly slots: number[] | null;
}

/** An attempt in the queue, as the supply sees it. */
export interface WaitingAttempt {
  readonly amounts: Amounts;
  readonly isRetry: boolean;
  /** The supply has answered, and has nothing for the attempt now. It leaves the queue if it is not to wait. Must not throw. */
  denied?(now: number): void;
}

/** Stands behind the limits of a quota, which apply as well. Every method returns at once. */
export interface QuotaSupply {
  /** Estimate of the milliseconds until the amounts may be taken; 0 only if they may be taken now. */
  waitMs(amounts: Amounts, now: number): number;
  /**
   * The part of `waitMs` that is known: 0 where the supply has to ask for the amounts first.
   *
   * @param isFirst Whether the amounts are those of one attempt, which no other one is ahead of.
   */
  knownWaitMs(amounts: Amounts, isFirst: boolean, now: number): number;
  /** The longest time that the supply takes to answer, in ms. */
  readonly answerMs: number;
  /** An attempt is about to join the queue. If it has to wait for nothing but an answer, as far as is known, it is told of a refusal. */
  joins(waiter: WaitingAttempt, now: number): void;
  /** Takes amounts for which `waitMs` or `request` returned 0. */
  take(amounts: Amounts, now: number): QuotaLot;
  /** The attempt is not sent at once: its amounts count until it is sent, and as long afterwards as others. */
  keep(lot: QuotaLot, amounts: Amounts): void;
  /** An attempt that was kept, or was admitted a moment ago, is sent now. @returns Where its amounts come from now. */
  sent(lot: QuotaLot, amounts: Amounts, wasKept: boolean, now: number): QuotaLot;
  /** No attempt waits any more: the last one has left the queue. */
  unneeded(now: number): void;
  /** Replaces reserved amounts by the actual ones. */
  settle(lot: QuotaLot, reserved: Amounts, actual: Amounts, now: number): void;
  /**
   * The first attempt in the queue does not fit. The supply calls `Quota.supplied` when more is there.
   *
   * @param first     Amounts of the first attempt.
   * @param all       Amounts of all attempts in the queue.
   * @param since     When the first attempt joined the queue.
   * @param limitedMs How long the limits of this process make it wait from now on.
   * @returns Milliseconds until the first attempt may take its amounts; 0 only if it may now.
   */
  request(first: Amounts, all: Amounts, since: number, limitedMs: number, now: number): number;
}
