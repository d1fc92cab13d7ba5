import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = async (fetch: ResilientFetch, url: string) => {
  const client = new Client({name: 'shop', version: '1.0.0'});
  await client.connect(new StreamableHTTPClientTransport(new URL(url), {fetch}));
  return client;
};
