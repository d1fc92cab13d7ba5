/** Spreads the times of guards. */
import type {Random} from '../core/random.ts';

const OPEN_SPREAD = 0.1;
/** The factor of an open time, 1 ± 0.1, so that the clients of an origin do not all probe it at once. */
export const openSpread = (random: Random): number => 1 - OPEN_SPREAD + 2 * OPEN_SPREAD * random();
