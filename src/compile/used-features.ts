/** Which functions of `steadfetch/features` a policy needs. */
import type {Policy} from '../policy/types.ts';

const FEATURES: readonly (readonly [use: string, isUsed: (policy: Policy) => boolean])[] = [
  ['useConcurrencyLimits', ({concurrency}) => concurrency !== null],
  ['useEjection', ({endpoints, failover}) => endpoints !== null && failover.ejection.maxEjectedShare > 0],
  ['useFailover', ({endpoints}) => endpoints !== null],
  ['useFixedBreakers', ({breaker}) => breaker !== null && breaker.kind !== 'adaptive'],
  ['useHedges', ({hedge}) => hedge !== null],
  ['useModelEndpoints', ({refusals, stream}) => refusals !== null || stream !== null],
  ['usePaidAttempts', ({paid}) => paid !== null],
  ['useQuotas', ({quota}) => quota !== null],
  ['useReadyPaths', ({endpoints}) => endpoints?.some(({readyPath}) => readyPath !== null) ?? false],
];

/** The names of the functions, sorted. @param policies That of calls which no route matches, and those of the routes. */
export const usedFeatures = (policies: readonly Policy[]): string[] =>
  FEATURES.filter(([, isUsed]) => policies.some(isUsed)).map(([use]) => use);

const PARTS: readonly (readonly [part: string, isUsed: (policy: Policy) => boolean])[] = [
  ['adaptiveBreaker', ({breaker}) => breaker?.kind === 'adaptive'],
  ['ratioBudget', ({budget}) => budget?.kind === 'ratio'],
  ['tokenBucket', ({budget}) => budget?.kind === 'token-bucket'],
];

/** The names of the guards of `steadfetch/compiled` that the policies name, sorted. */
export const usedGuards = (policies: readonly Policy[]): string[] =>
  PARTS.filter(([, isUsed]) => policies.some(isUsed)).map(([part]) => part);
