/** A server that answers before it has the whole body of a Request: the caller, who may still be writing, gets the answer at once. */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {createFetch} from '../../src/fetch.ts';
import {type Ports, resilience} from '../../src/index.ts';
import {createFetch as createLiteFetch} from '../../src/lite.ts';
import {VirtualClock} from '../../src/testing.ts';
import {errorOf} from '../support/outcome.ts';

type Send = (request: Request) => Promise<Response>;

/** The default policy, in a time that does not pass: no limit and no wait ends the call. */
const clients: Record<string, (ports: Ports) => Send> = {
  fetch: ports => createFetch({}, ports),
  'fetch of lite': ports => createLiteFetch({}, ports),
  ky: ports => {
    const client = ky.extend(resilience({}, ports));
    return request => client(request, {throwHttpErrors: false, timeout: false});
  },
  'ky with a hook': ports => {
    const client = ky.extend(resilience({}, ports)).extend({hooks: {beforeError: [({error}) => error]}});
    return request => client(request, {throwHttpErrors: false, timeout: false});
  },
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an answer before the end of the body of a POST without a key', () => {
  let server: Server;
  let origin: string;
  beforeEach(async () => {
    server = createServer((request, response) => {
      request.on('error', () => {});
      response.on('error', () => {});
      if (request.url === '/closed') {
        response.writeHead(401, {connection: 'close', 'content-length': 2});
        return void request.once('data', () => response.end('no', () => request.socket.destroySoon()));
      }
      const status = Number(request.url!.slice(1));
      if (status === 0) return void request.once('data', () => request.socket.resetAndDestroy());
      response.writeHead(status, status === 429 ? {'retry-after': '120'} : {});
      response.flushHeaders();
      request.pipe(response); // As much of the answer as there is of the body.
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const upload = (path: string) => {
    let writer!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        writer = controller;
        writer.enqueue(bytes('first'));
      },
    });
    const init = {method: 'POST', body, duplex: 'half'} as RequestInit;
    return {request: new Request(`${origin}${path}`, init), writer};
  };

  for (const [name, make] of Object.entries(clients)) {
    for (const status of [503, 500, 429])
      it(`${name}: ${status}, and the caller writes on`, async () => {
        const {request, writer} = upload(`/${status}`);
        const response = await make({clock: new VirtualClock()})(request);
        expect(response.status).to.equal(status);
        if (status === 429) expect(response.headers.get('retry-after')).to.equal('120');
        writer.enqueue(bytes(' second'));
        writer.close();
        expect(await response.text()).to.equal('first second');
      });

    it(`${name}: the caller is not asked for more once the connection is closed`, async () => {
      let asked = 0;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise(resolve => setImmediate(resolve));
          asked++;
          controller.enqueue(bytes('more'));
        },
      });
      const init = {method: 'POST', body, duplex: 'half'} as RequestInit;
      const response = await make({clock: new VirtualClock()})(new Request(`${origin}/closed`, init));
      expect(await response.text()).to.equal('no');
      let before = -1;
      for (let rounds = 0; rounds < 2000 && (rounds % 20 > 0 || asked > before); rounds++) {
        if (rounds % 20 === 0) before = asked;
        await new Promise(resolve => setImmediate(resolve));
      }
      expect(asked).to.equal(before);
    });

    it(`${name}: a reset`, async () => {
      const {request, writer} = upload('/0');
      const error = await errorOf(() => make({clock: new VirtualClock()})(request));
      const causes: unknown[] = [];
      for (let each: unknown = error; each instanceof Error; each = each.cause)
        causes.push((each as {code?: string}).code);
      expect(causes).to.include('ECONNRESET');
      writer.close();
    });
  }
});
