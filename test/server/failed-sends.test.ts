/** Node or middleware around throws while a response is sent: the server goes on, and the client does not wait. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {idempotencyMiddleware, memoryStore} from '../../src/server.ts';
import {postTo} from './node-server.ts';
import {told} from './requests.ts';

interface Case {
  readonly around?: (response: ServerResponse) => void;
  readonly handler?: (response: ServerResponse) => unknown;
  readonly code: string;
  /** The first answer, and that of the retry. */
  readonly answers: readonly [string, string];
}

const created = (response: ServerResponse): unknown => response.writeHead(201).end('paid');

const CASES: Readonly<Record<string, Case>> = {
  'middleware around throws after it has sent the end': {
    around: response => {
      const end = response.end.bind(response) as (...values: unknown[]) => ServerResponse;
      response.end = ((...values: unknown[]) => {
        end(...values);
        throw Object.assign(new Error('metrics'), {code: 'METRICS'});
      }) as ServerResponse['end'];
    },
    code: 'METRICS',
    answers: ['201 paid', '201 paid'],
  },
  'middleware around throws whenever a head is sent': {
    around: response => {
      response.writeHead = () => {
        throw Object.assign(new Error('metrics'), {code: 'METRICS'});
      };
    },
    handler: response => response.end('paid'),
    code: 'METRICS',
    answers: ['closed', 'closed'],
  },
  'the handler writes more than its strict Content-Length': {
    handler: response => {
      response.strictContentLength = true;
      response.writeHead(201, {'content-length': 3}).end('paid');
    },
    code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    answers: ['closed', '201 paid'],
  },
  'the handler writes a body that Node refuses': {
    handler: response => response.writeHead(204).end('paid'),
    code: 'ERR_HTTP_BODY_NOT_ALLOWED',
    answers: ['closed', '204 '],
  },
};

type Keyed = ReturnType<typeof idempotencyMiddleware>;
type Handler = (response: ServerResponse) => unknown;
const WAYS: Readonly<Record<string, (keyed: Keyed, handler: Handler) => Listener>> = {
  'as middleware': (keyed, handler) => (request, response) =>
    keyed(request, response, error => (error === undefined ? handler(response) : response.destroy())),
  'as a listener': (keyed, handler) => keyed.listener((_request, response) => handler(response)),
};
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

describe('a response that fails while it is sent', () => {
  for (const [way, listen] of Object.entries(WAYS))
    for (const [what, {around, handler = created, code, answers}] of Object.entries(CASES))
      it(`${way}: is reported, and the server goes on, where ${what}`, async () => {
        const codes: unknown[] = [];
        let runs = 0;
        const keyed = idempotencyMiddleware({
          store: memoryStore(),
          scope: 'everyone',
          on: event => event.type === 'failed' && codes.push((event.error as {code?: unknown}).code),
        });
        const listener = listen(keyed, response => {
          runs++;
          return handler(response);
        });
        const server = createServer({rejectNonStandardBodyWrites: true}, (request, response) => {
          around?.(response);
          void listener(request, response);
        }).listen(0, '127.0.0.1');
        try {
          await once(server, 'listening');
          const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`;
          const ask = () => postTo(url, 'k').then(told, () => 'closed');
          expect([await ask(), await ask()]).to.deep.equal(answers);
          expect(codes[0]).to.equal(code);
          expect(runs).to.equal(1);
        } finally {
          server.close().closeAllConnections();
        }
      });
});
