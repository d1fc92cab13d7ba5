import ky, {type KyInstance} from 'ky';
import {createFetch, definePolicy, type PolicyHandle, type ResilientFetch, resilience} from 'steadfetch/unchecked';

const handle: PolicyHandle = definePolicy({maxAttempts: 4, hedge: {delayMs: 200}});

export const fetch: ResilientFetch = createFetch(handle);
export const api: KyInstance = ky.extend(resilience(handle));

// @ts-expect-error What the types know is still refused.
createFetch({maxAttempt: 1});
