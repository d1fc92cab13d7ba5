import ky from 'ky';
import {
  definePolicy,
  type KyPorts,
  type PolicyHandle,
  type PolicyInput,
  type PolicySnapshot,
  reportOf,
  resilience,
} from 'steadfetch';
import {resilience as fromKy} from 'steadfetch/ky';

const policy: PolicyInput = {
  maxAttempts: 4,
  deadlineMs: 10_000,
  idempotency: {header: 'Idempotency-Key'},
  backoff: {kind: 'exponential', jitter: 'full'},
  routes: [{match: {path: '/payments'}, maxAttempts: 1, breaker: null}],
};
const ports: KyPorts = {on: event => console.log(event.type), observer: null};
const handle: PolicyHandle = definePolicy(policy);
export const state: PolicySnapshot = handle.snapshot();

const api = ky
  .extend(resilience(policy, ports))
  .extend(fromKy(handle))
  .extend({hooks: {beforeRetry: [() => {}]}});

export const users: Promise<unknown> = api
  .get('https://example.com/users', {resilience: {maxAttempts: 2, budget: null, idempotencyKey: 'a'}})
  .json();
users.catch((error: unknown) => console.log(reportOf(error)?.attempts));

// @ts-expect-error A mistyped field of one call's options is seen.
api.get('https://example.com/users', {resilience: {maxAttempt: 2}});
// @ts-expect-error So is one of the policy.
resilience({deadline: 5});
