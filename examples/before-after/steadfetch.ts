/** The third client: ky under a policy. The shop states that its orders deduplicate by a key; all else is the default. */
import ky from 'ky';
import type {Listener} from '../../src/core/events.ts';
import {type PolicyInput, resilience} from '../../src/index.ts';
import type {Client} from './traffic.ts';

const policy: PolicyInput = {
  version: 1,
  name: 'shop',
  attemptTimeoutMs: 1000,
  deadlineMs: 10_000,
  idempotency: {},
  routes: [
    {match: {path: '/orders/*'}, name: 'orders'},
    {match: {path: '/items/*'}, name: 'items'},
  ],
};

export const steadfetch = (on: Listener): Client => {
  const api = ky.extend(resilience(policy, {on}));
  return ({method, body}, url) =>
    api(url, {method, body, headers: body === null ? {} : {'Content-Type': 'application/json'}});
};
