/**
 * Switch retries off during an incident
 *
 * `disableRetries()` ends the waits of calls that are about to be retried, with their last answer. First attempts are sent as before.
 */
import {createFetch, definePolicy, type ResilientFetch} from '../../src/fetch.ts';

const policy = definePolicy({name: 'shop'});

export const shopFetch: ResilientFetch = createFetch(policy);

/** Call it from an admin endpoint, or when a feature flag changes. */
export function setRetries(enabled: boolean): void {
  if (enabled) policy.enableRetries();
  else policy.disableRetries();
}
