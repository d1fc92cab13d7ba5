/** The lower bound of an adaptive concurrency limit. */
import type {AdaptiveConcurrency} from './types.ts';

const LEAST = 4;

/** The stated `min`; without one 4, or `max` if that is less. */
export const leastConcurrency = ({min, max}: Pick<AdaptiveConcurrency, 'min' | 'max'>): number =>
  min ?? Math.min(LEAST, max);
