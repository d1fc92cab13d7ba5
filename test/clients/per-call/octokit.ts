import type {Octokit} from 'octokit';
import type {ResilientFetch} from 'steadfetch/fetch';

export const sendOnce = (client: Octokit, fetch: ResilientFetch) => {
  const once: ResilientFetch = (input, init) => fetch(input, {...init, resilience: {maxAttempts: 1}});
  return client.request('GET /rate_limit', {request: {fetch: once}});
};
