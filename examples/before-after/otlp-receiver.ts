/**
 * A collector for one process: takes traces over OTLP/HTTP as JSON, as a real collector would, and keeps them.
 *
 * Knows nothing of what the spans mean.
 */
import {once} from 'node:events';
import {createServer, type IncomingMessage} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';
import type {ResourceSpans} from './otlp.ts';

export interface OtlpReceiver {
  /** Where spans are posted to: the whole URL, with /v1/traces. */
  readonly tracesUrl: string;
  /** Everything received so far, as it came. */
  readonly resourceSpans: readonly ResourceSpans[];
  close(): Promise<void>;
}

const maxBytes = 64 * 1024 * 1024;
const unzip = promisify(gunzip);

export async function startReceiver(): Promise<OtlpReceiver> {
  const resourceSpans: ResourceSpans[] = [];
  const server = createServer(async (request, response) => {
    const refusal = refusalOf(request);
    let status = refusal;
    if (status === null) {
      try {
        resourceSpans.push(...(await readTraces(request)));
        status = 200;
      } catch {
        status = 400;
      }
    } else request.resume();
    response.writeHead(status, {'Content-Type': 'application/json'}).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const {port} = server.address() as AddressInfo;
  return {tracesUrl: `http://127.0.0.1:${port}/v1/traces`, resourceSpans, close};
}

function refusalOf({method, url, headers}: IncomingMessage): number | null {
  if (url !== '/v1/traces') return 404;
  if (method !== 'POST') return 405;
  if (!headers['content-type']?.startsWith('application/json')) return 415;
  return Number(headers['content-length'] ?? 0) > maxBytes ? 413 : null;
}

async function readTraces(request: IncomingMessage): Promise<readonly ResourceSpans[]> {
  const body = await buffer(request);
  const text = request.headers['content-encoding'] === 'gzip' ? await unzip(body, {maxOutputLength: maxBytes}) : body;
  const {resourceSpans} = JSON.parse(text.toString()) as {resourceSpans?: ResourceSpans[]};
  return resourceSpans ?? [];
}

/** Whether something takes connections at this URL's host and port. Sends nothing. */
export async function isListening(endpoint: string, withinMs = 300): Promise<boolean> {
  if (!URL.canParse(endpoint)) return false;
  const {protocol, hostname, port} = new URL(endpoint);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    signal: AbortSignal.timeout(withinMs),
  });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
