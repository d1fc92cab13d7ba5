/**
 * Features that a program allows before it makes a policy that has them, so that programs without them load less.
 *
 * @module
 */
export {useReadyPaths} from './call/ready-paths/use.ts';
export {
  useConcurrencyLimits,
  useEjection,
  useFailover,
  useHedges,
  useQuotas,
  useTranslate,
} from './features/use.ts';
export {useModelEndpoints} from './features/use-model-endpoints.ts';
export {usePaidAttempts} from './features/use-paid-attempts.ts';
export {useFixedBreakers} from './guards/fixed/use.ts';
