import {createClient} from '@hey-api/client-fetch';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) => createClient({baseUrl: url, fetch});
