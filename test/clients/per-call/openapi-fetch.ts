import type {ResilientFetch} from 'steadfetch/fetch';
import type {connect} from '../recipes/openapi-fetch.ts';

export const sendOnce = (client: ReturnType<typeof connect>, fetch: ResilientFetch) =>
  client.GET('/item', {fetch: request => fetch(request, {resilience: {maxAttempts: 1}})});
