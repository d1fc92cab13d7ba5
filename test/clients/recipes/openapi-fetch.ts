import createClient from 'openapi-fetch';
import type {ResilientFetch} from 'steadfetch/fetch';
import type {paths} from '../schema.ts';

export const connect = (fetch: ResilientFetch, url: string) => createClient<paths>({baseUrl: url, fetch});
