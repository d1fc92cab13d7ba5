import {createFetch, type ResilientFetch, type ResilientInit} from 'steadfetch/fetch';

const fetch: ResilientFetch = createFetch({maxAttempts: 4, hedge: {delayMs: 200}, extends: ['steadfetch:interactive']});

/** It fits wherever a fetch is asked for. */
export const standard: typeof globalThis.fetch = fetch;

const init: ResilientInit = {method: 'POST', body: 'x', resilience: {idempotencyKey: 'k', deadlineMs: 100}};
export const answer: Promise<Response> = fetch(new URL('https://example.com/'), init);
export const again: Promise<Response> = fetch(new Request('https://example.com/'), {headers: {accept: '*/*'}});

// @ts-expect-error A mistyped field of one call's options is seen.
fetch('https://example.com/', {resilience: {maxAttempt: 1}});
