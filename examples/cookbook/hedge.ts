/**
 * Shorten the slow tail of reads
 *
 * When an attempt takes longer than `delayMs`, a second one is sent, and the first good answer wins. Only calls that may be repeated
 * are hedged, and `maxLoadRatio` bounds the extra load.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export const quickFetch: ResilientFetch = createFetch({name: 'items', hedge: {delayMs: 50, maxLoadRatio: 1}});
