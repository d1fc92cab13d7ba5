/** The port of `readyPath`: what the engine asks of an endpoint that warms up. `useReadyPaths` of `steadfetch/features` implements it. */
import {notAllowed} from '../core/not-allowed.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';
import type {Answers} from '../decide/answers.ts';
import type {Endpoint} from '../policy/types.ts';
import type {Transport} from '../transport/transport.ts';
import type {Ports} from './ports.ts';

/** An endpoint that warms up. */
export type WarmingEndpoint = Endpoint & {readonly readyPath: string};

/** `unknown`: the endpoint has to be asked before it is used. `starting`: it is ready, and others of those that waited come first. */
export type ReadyState = 'ready' | 'unknown' | 'away' | 'starting';

/** Called when an endpoint is no longer ready, when it is ready again, and for its first answer that does not say whether it is ready. */
export type ReadyListener = (endpoint: string, isReady: boolean, reason: string) => void;

/** The call that asks. */
export interface Asker<R extends AttemptResponse> {
  readonly client: {
    readonly clock: Clock;
    readonly random: Random;
    readonly answers: Pick<Answers<R>, 'hint'>;
    readonly prepareAttempt: NonNullable<Ports<R>['prepareAttempt']> | null;
  };
  readonly transport: Pick<Transport<R>, 'ask' | 'bodies'>;
}

/** What is known of an endpoint that warms up. */
export interface Readiness {
  stateAt(now: number): ReadyState;
  /** Until the endpoint is asked again; 0 if it may be asked now, or its answer is awaited. */
  pauseMs(now: number): number;
  /** Asks the endpoint, unless it is too soon, or an answer is awaited already. The call does not wait for the answer. */
  askIfDue<R extends AttemptResponse>(asker: Asker<R>, now: number): void;
  /** The same for an endpoint that is passed over because it is not ready. */
  askIfAway<R extends AttemptResponse>(asker: Asker<R>, now: number): void;
  /** A call goes to the endpoint that was not released from the line. */
  entered(now: number): void;
  /**
   * An attempt at the endpoint was answered or failed.
   *
   * @returns Whether it failed because the endpoint warms up, which says nothing about the endpoint's health.
   */
  learn(outcome: Outcome, now: number): boolean;
}

/** What is known of the endpoints of a policy. */
export interface ReadinessRegistry {
  of(endpoint: WarmingEndpoint): Readiness;
}

/** Makes the registry of a policy; null before `useReadyPaths`, and no policy with a `readyPath` is taken then. */
export const readyPaths: {make: ((notify: ReadyListener) => ReadinessRegistry) | null} = {make: null};

export const warmsUp = (endpoint: Endpoint): endpoint is WarmingEndpoint => endpoint.readyPath !== null;

/** @throws SteadfetchError with code INVALID_POLICY before `useReadyPaths`. */
export function refuseReadyPaths(): void {
  if (readyPaths.make === null) throw notAllowed('Endpoints with a readyPath', 'useReadyPaths');
}
