import {Client, fetchExchange} from '@urql/core';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  // A query that is sent as a GET may be repeated.
  new Client({url, exchanges: [fetchExchange], fetch, preferGetMethod: 'force'});
