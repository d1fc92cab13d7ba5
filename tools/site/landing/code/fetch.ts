import {createFetch} from '../../../../src/fetch.ts';

export const fetch: typeof globalThis.fetch = createFetch({name: 'shop'});
