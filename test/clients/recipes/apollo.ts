import {ApolloClient, HttpLink, InMemoryCache} from '@apollo/client';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    // A query that is sent as a GET may be repeated.
    link: new HttpLink({uri: url, fetch, useGETForQueries: true}),
  });
