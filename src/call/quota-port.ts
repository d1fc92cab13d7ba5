/** The port of quotas: what calls do under one. `useQuotas` of `steadfetch/features` implements it. */
import type {UsageTap} from '../body/usage-tap.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Classification} from '../decide/classification.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {Quota} from '../guards/quota.ts';
import {type Amounts, ONE_REQUEST} from '../guards/quota-amounts.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {Applicant} from './applicant.ts';
import type {CallContext, CallFacts} from './context.ts';

/** The next step of admission, once the attempt has its reservation. */
export type Proceed = <R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  taken: QuotaReservation,
  now: number,
) => void;

/** Asks for admission anew, at another endpoint. */
export type Again = <R extends AttemptResponse>(call: CallContext<R>, applicant: Applicant<R>, now: number) => void;

/** What calls do under a quota. */
export interface QuotaSteps {
  /** The most that an attempt may use, as far as that is known before it is sent. */
  amountsOf<R extends AttemptResponse>(call: CallContext<R>, quota: Quota): Amounts;
  /** Whose quota the call uses, where each account has one. */
  accountAt<R extends AttemptResponse>(call: CallContext<R>): string;
  /** Goes on at once or after a wait in the queue. Refuses the attempt if it would wait too long. */
  ask<R extends AttemptResponse>(
    call: CallContext<R>,
    applicant: Applicant<R>,
    quota: Quota,
    now: number,
    proceed: Proceed,
    again: Again,
  ): void;
  /** Settles the reservation of an attempt that has ended. */
  settle(
    call: CallFacts,
    quota: Quota | null,
    taken: QuotaReservation,
    outcome: Outcome,
    classification: Classification,
    now: number,
  ): void;
  /** Reads the usage of an answer while the caller reads the answer. */
  tap(settle: (usage: AskedTokens) => void): UsageTap;
}

/** Null before `useQuotas`, and no policy with a quota is taken then. */
export const quotas: {steps: QuotaSteps | null} = {steps: null};

/** The same for whichever endpoint the attempt goes to. */
export function amountsAt<R extends AttemptResponse>(call: CallContext<R>): Amounts {
  const {quota} = call.guards;
  return quota === null ? ONE_REQUEST : quotas.steps!.amountsOf(call, quota);
}

/** The quota of the call's account at these guards. */
export const quotaOf = <R extends AttemptResponse>(call: CallContext<R>, {quota, accounts}: Guards): Quota | null =>
  accounts === null ? quota : accounts.of(quotas.steps!.accountAt(call));
