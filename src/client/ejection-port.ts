/** The port of `failover.ejection`. `useEjection` of `steadfetch/features` implements it. */
import {notAllowed} from '../core/not-allowed.ts';
import type {Random} from '../core/random.ts';
import type {EndpointLoad} from '../guards/endpoint-load.ts';
import type {Outage} from '../guards/outage.ts';
import type {Ejection, Endpoint} from '../policy/types.ts';

/** An endpoint, and whether it is free. */
export interface Candidate {
  readonly endpoint: Pick<Endpoint, 'name' | 'rank'>;
  readonly guards: {readonly load: EndpointLoad | null};
  readonly freeInMs: number;
  /** Whether its breaker is open, or waits for its probes. */
  readonly isOpen: boolean;
  /** Whether it is down, or in a pause. */
  readonly isAvoided: boolean;
  /** Null where outages are not noticed. */
  readonly outage: Outage | null;
}

/** Called when an endpoint is ejected, and when it returns. */
export type EjectionListener = (endpoint: string, ejectedMs: number, reason: string) => void;

export type Rotate = <C extends Candidate>(
  all: readonly C[],
  policy: Ejection,
  random: Random,
  now: number,
  notify: EjectionListener,
) => readonly C[];

/** Null before `useEjection`, and no policy that ejects is taken then. */
export const ejection: {rotate: Rotate | null} = {rotate: null};

/** @throws SteadfetchError with code INVALID_POLICY if the policy ejects endpoints, before `useEjection`. */
export function refuseEjection({maxEjectedShare}: Ejection): void {
  if (maxEjectedShare > 0 && ejection.rotate === null)
    throw notAllowed('Policies with failover.ejection', 'useEjection');
}
