/** Servers of node:http for the tests of one suite, closed after them. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** @returns Starts a server, and resolves with its URL. */
export function withServers(): (listener: Listener) => Promise<string> {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close().closeAllConnections();
  });
  return async listener => {
    const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`;
  };
}

/** A POST with a key. */
export const postTo = (url: string, key: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {method: 'POST', body: '{"amount":1}', headers: {'idempotency-key': key, ...headers}});
