import {type Client, gql} from '@urql/core';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: Client) => client.query(gql`{ name }`, {}, {fetchOptions: once}).toPromise();
