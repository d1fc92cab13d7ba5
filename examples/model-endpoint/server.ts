/** The endpoint on a port of 127.0.0.1. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';
import {constants, createGzip} from 'node:zlib';
import type {ModelEndpoint} from './endpoint.ts';

export interface EndpointServer {
  readonly origin: string;
  /** Ends every connection, those in use too. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Streams are sent with gzip, each event at once. */
  readonly compresses?: boolean;
}

export async function serve(endpoint: ModelEndpoint, options: ServeOptions = {}): Promise<EndpointServer> {
  const server = createServer((request, response) => {
    // A client that gives up closes its connection. The error of the endpoint can then be ignored.
    answer(endpoint, options, request, response).catch(() => response.socket?.destroy());
  });
  // Long, because a connection that the server closes under a new request would be an unplanned fault.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  endpoint: ModelEndpoint,
  {compresses = false}: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = await text(request);
  const path = new URL(request.url!, 'http://localhost').pathname;
  const reply = await endpoint.handle({path, headers, body, signal: closed.signal});
  if (reply.kind !== 'response') {
    request.socket.resetAndDestroy();
    return;
  }
  const {status, headers: replyHeaders, body: replyBody} = reply;
  if (typeof replyBody === 'string') {
    response.writeHead(status, replyHeaders).end(replyBody);
    return;
  }
  response.writeHead(status, {...replyHeaders, ...(compresses ? {'content-encoding': 'gzip'} : {})});
  const encoders = compresses ? [createGzip({flush: constants.Z_SYNC_FLUSH})] : [];
  await pipeline([Readable.from(replyBody), ...encoders, response]);
}
