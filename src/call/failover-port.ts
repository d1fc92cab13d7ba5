/** The port of several endpoints, as calls use it. `useFailover` of `steadfetch/features` implements it. */
import type {Plan} from '../client/plan.ts';
import type {Ports} from '../client/ports.ts';
import {notAllowed} from '../core/not-allowed.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {CircuitBreaker} from '../guards/breaker.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {TransportRequest} from '../transport/transport.ts';
import type {Applicant} from './applicant.ts';
import type {CallContext} from './context.ts';
import type {Failover, GuardSource} from './failover.ts';
import type {learnEffort} from './failover-effort.ts';
import type {elsewhereAfter} from './failover-elsewhere.ts';

/** The attempt, as far as its request needs it. */
export interface TranslatedAttempt<R extends AttemptResponse> {
  readonly call: CallContext<R>;
  readonly guards: Guards;
  readonly number: number;
}

/** What calls do that have several endpoints. */
export interface FailoverSteps {
  /** Null where the URL of the call leads to none of its endpoints. */
  of(client: GuardSource, plan: Plan, method: string, url: string, origin: string): Failover | null;
  /** Asks for admission at the endpoint that is free, or waits for the first one. */
  admit<R extends AttemptResponse>(
    call: CallContext<R>,
    applicant: Applicant<R>,
    failover: Failover,
    now: number,
  ): void;
  /** Asks at another endpoint than that of this breaker, which lets no attempt through. False where the call has to be refused. */
  admitBeside<R extends AttemptResponse>(
    call: CallContext<R>,
    applicant: Applicant<R>,
    failover: Failover,
    breaker: CircuitBreaker,
    now: number,
  ): boolean;
  readonly elsewhereAfter: typeof elsewhereAfter;
  readonly learn: typeof learnEffort;
}

/** Null before `useFailover`, and no policy with endpoints is taken then. */
export const endpoints: {steps: FailoverSteps | null} = {steps: null};

/**
 * The request of an attempt at another endpoint, as the user's `translate` writes it.
 *
 * @throws SteadfetchError with code TRANSLATE_FAILED.
 */
type Translate = <R extends AttemptResponse>(
  attempt: TranslatedAttempt<R>,
  translate: NonNullable<Ports<R>['translate']>,
  request: TransportRequest<R>,
  url: string,
  text: string | undefined,
) => TransportRequest<R>;

/** Null before `useTranslate`, and no client with the port `translate` is made then. */
export const translations: {translated: Translate | null} = {translated: null};

/** @throws SteadfetchError with code INVALID_POLICY before `useTranslate`. */
export function refuseTranslate({translate}: {readonly translate?: unknown}): void {
  if (translate !== undefined && translations.translated === null)
    throw notAllowed('Clients with the port translate', 'useTranslate');
}
