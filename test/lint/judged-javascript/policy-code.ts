import {createFetch} from 'steadfetch/fetch';

export const api = createFetch({
  name: 'orders',
  maxAtempts: 4,
  backoff: {kind: 'exponential', baseMs: 200, jitter: 'none'},
});
