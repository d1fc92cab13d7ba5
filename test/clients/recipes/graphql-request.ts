import {GraphQLClient} from 'graphql-request';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) => ({
  // A query that is sent as a GET may be repeated.
  queries: new GraphQLClient(url, {fetch, method: 'GET'}),
  mutations: new GraphQLClient(url, {fetch}),
});
