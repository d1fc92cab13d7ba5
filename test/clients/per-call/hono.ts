import type {PerCallInit} from 'steadfetch/fetch';
import type {connect} from '../recipes/hono.ts';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: ReturnType<typeof connect>) => client.item.$get({}, {init: once});
