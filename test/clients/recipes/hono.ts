import {hc} from 'hono/client';
import type {ResilientFetch} from 'steadfetch/fetch';
import type {App} from '../schema.ts';

export const connect = (fetch: ResilientFetch, url: string) => hc<App>(url, {fetch});
