import type {Client} from '@hey-api/client-fetch';
import type {ResilientFetch} from 'steadfetch/fetch';

export const sendOnce = (client: Client, fetch: ResilientFetch) => {
  const once: ResilientFetch = (input, init) => fetch(input, {...init, resilience: {maxAttempts: 1}});
  return client.get({url: '/item', fetch: once});
};
