/**
 * Retry a POST that changes nothing
 *
 * A search or an embedding may run twice. Say so for its route only; every other POST is still sent once.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export const searchFetch: ResilientFetch = createFetch({
  name: 'shop',
  routes: [{match: {methods: ['POST'], path: '/search'}, name: 'shop.search', idempotentMethods: ['POST']}],
});
