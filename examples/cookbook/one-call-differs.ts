/**
 * Change the policy for one call
 *
 * The `resilience` option of a call wins over the policy.
 */
import {createFetch} from '../../src/fetch.ts';

const fetch = createFetch({name: 'shop'});

export const isUp = async (url: string): Promise<boolean> => {
  const response = await fetch(url, {resilience: {maxAttempts: 1, deadlineMs: 500}});
  return response.ok;
};
