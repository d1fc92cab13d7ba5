/** A server that responds by the script in its URL, and reports its requests. It runs in Node for every runtime. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

/** The requests that arrived, as `/seen/<id>` reports them. */
export interface Seen {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  body: string;
  /** The client went before it was answered whole. */
  left: boolean;
}

/**
 * `/script/<id>?answers=503,200`: the first request gets the first answer, and so on; the last one repeats. An answer is a status,
 * with headers behind it (`429;retry-after=1`), or `hang`, `reset`, `stall` (a chunk, then nothing), `drip` (a chunk every 40 ms), or
 * an event stream: `overload` (a ping, then an error) or `events` (a ping, then content).
 *
 * `cors`: what other origins may do. `simple` refuses every preflight; `open` allows whatever is asked, and exposes what
 * `expose` names.
 */
export class ScriptServer {
  readonly #server: Server;
  readonly #seen = new Map<string, Seen[]>();
  /** Served at `/`, for browsers. */
  page = '';

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {pathname, searchParams} = new URL(request.url!, 'http://localhost');
    const [, what, id = ''] = pathname.split('/');
    if (what === '') return void response.setHeader('content-type', 'text/html').end(this.page);
    if (what === 'seen') {
      response.setHeader('access-control-allow-origin', '*');
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(this.#seen.get(id) ?? []));
    }
    if (what !== 'script') return void response.writeHead(404).end();
    const seen = this.#note(id, request, response);
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!allowOrigin(searchParams, request, response) && isPreflight) return void response.writeHead(403).end();
    if (isPreflight) return void response.writeHead(204).end();
    for await (const chunk of request) seen.body += chunk;
    const answers = (searchParams.get('answers') ?? '200').split(',');
    const sent = this.#seen.get(id)!.filter(({method}) => method === request.method).length;
    await play(answers[Math.min(sent, answers.length) - 1]!, response);
  }

  #note(id: string, request: IncomingMessage, response: ServerResponse): Seen {
    const seen: Seen = {
      method: request.method!,
      headers: request.headers as Record<string, string>,
      body: '',
      left: false,
    };
    response.once('close', () => {
      seen.left = !response.writableFinished;
    });
    this.#seen.set(id, [...(this.#seen.get(id) ?? []), seen]);
    return seen;
  }
}

/** False if the server refuses the preflight request. */
function allowOrigin(script: URLSearchParams, request: IncomingMessage, response: ServerResponse): boolean {
  const cors = script.get('cors');
  if (cors === null) return false;
  response.setHeader('access-control-allow-origin', '*');
  if (cors === 'simple') return false;
  response.setHeader('access-control-allow-methods', '*');
  response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*');
  response.setHeader('access-control-expose-headers', script.get('expose') ?? '');
  return true;
}

const PING = ': ping\n\n';
const CONTENT = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n';
const OVERLOAD = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n';

async function play(answer: string, response: ServerResponse): Promise<void> {
  const [status = '200', ...headers] = answer.split(';');
  switch (status) {
    case 'hang':
      return;
    case 'reset':
      return void response.socket?.destroy();
    case 'stall':
      return void response.writeHead(200).write('one ');
    case 'drip':
      response.writeHead(200, {'content-type': 'text/plain'});
      for (const word of ['one ', 'two ', 'three ', 'four ', 'five']) {
        response.write(word);
        await new Promise(resolve => setTimeout(resolve, 40));
      }
      return void response.end();
    case 'overload':
    case 'events':
      response.writeHead(200, {'content-type': 'text/event-stream'}).write(PING);
      await new Promise(resolve => setTimeout(resolve, 20));
      return void response.end(status === 'events' ? CONTENT : OVERLOAD);
    default:
      for (const header of headers) response.setHeader(...(header.split('=') as [string, string]));
      response.writeHead(Number(status), {'content-type': 'application/json'}).end('{"ok":true}');
  }
}
