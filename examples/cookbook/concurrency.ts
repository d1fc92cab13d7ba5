/**
 * Limit the requests in flight
 *
 * At most `max` attempts to an origin at a time; the others wait in a queue, first in, first out. Beyond the queue a call is refused
 * with CONCURRENCY_LIMIT.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export const gentleFetch: ResilientFetch = createFetch({name: 'printer', concurrency: {max: 2, queue: 100}});
