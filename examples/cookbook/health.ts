/**
 * Show breakers on a health endpoint
 *
 * `snapshot()` has the breakers, budgets and concurrency limits of each origin as they are now.
 */
import {createFetch, definePolicy, type ResilientFetch} from '../../src/fetch.ts';

const policy = definePolicy({name: 'shop'});

export const shopFetch: ResilientFetch = createFetch(policy);

export const originsDown = (): string[] =>
  policy
    .snapshot()
    .origins.filter(({breakers}) => breakers.some(({state}) => state === 'open'))
    .map(({origin}) => origin);
