/**
 * Renew a token after a 401
 *
 * `prepareAttempt` runs before every attempt. With it, a 401 is retried once.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export function createClient(newToken: () => Promise<string>): ResilientFetch {
  let token: string | undefined;
  return createFetch(
    {name: 'crm'},
    {
      async prepareAttempt({headers, previousStatus}) {
        if (token === undefined || previousStatus === 401) token = await newToken();
        headers.set('authorization', `Bearer ${token}`);
      },
    },
  );
}
