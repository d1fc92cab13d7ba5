import {type ApolloClient, gql} from '@apollo/client';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: ApolloClient) =>
  client.query({query: gql`{ name }`, fetchPolicy: 'no-cache', context: {fetchOptions: once}});
