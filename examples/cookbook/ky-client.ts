/**
 * Give ky a policy
 *
 * `resilience(policy)` returns options for `ky.extend`. ky's own retries are replaced by the policy; its hooks keep working.
 */
import ky, {type KyInstance} from 'ky';
import {resilience} from '../../src/ky.ts';

export const createApi = (prefix: string): KyInstance =>
  ky.extend({prefix, ...resilience({name: 'shop', attemptTimeoutMs: 2000, deadlineMs: 10_000})});
