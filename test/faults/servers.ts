/** Servers below HTTP: each breaks in one way, and counts what reached it. */
import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';

export interface Broken {
  readonly url: string;
  /** Connections that were ever accepted. */
  readonly connections: number;
  /** Requests that arrived whole. */
  readonly requests: number;
  close(): Promise<void>;
}

export interface Break {
  /** At once, when a connection is there. */
  readonly onAccept?: (socket: Socket) => void;
  /** When a whole request was read: the work is done. `count` is 1 for the first on this connection. */
  readonly onRequest?: (socket: Socket, count: number) => void;
  /** Reads nothing, ever. */
  readonly deaf?: boolean;
  readonly scheme?: 'http' | 'https';
}

export async function broken({onAccept, onRequest, deaf = false, scheme = 'http'}: Break): Promise<Broken> {
  const sockets = new Set<Socket>();
  const counts = {connections: 0, requests: 0};
  const server = createServer({pauseOnConnect: deaf, allowHalfOpen: true}, socket => {
    counts.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    onAccept?.(socket);
    if (deaf || onRequest === undefined) return;
    const whole = requestReader();
    let count = 0;
    socket.on('data', chunk => {
      if (!whole(chunk)) return;
      counts.requests++;
      onRequest(socket, ++count);
    });
  });
  await listening(server);
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get connections() {
      return counts.connections;
    },
    get requests() {
      return counts.requests;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

export async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

export async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** Says, chunk by chunk, when one more request is complete. Enough of HTTP/1.1 for what fetch sends here. */
function requestReader(): (chunk: Buffer) => boolean {
  let seen = '';
  return chunk => {
    seen += chunk.toString('latin1');
    const head = seen.indexOf('\r\n\r\n');
    if (head < 0) return false;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    if (seen.length < head + 4 + length) return false;
    seen = seen.slice(head + 4 + length);
    return true;
  };
}

export const respond = (status: number, body = 'ok', headers = ''): string =>
  `HTTP/1.1 ${status} Said\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
