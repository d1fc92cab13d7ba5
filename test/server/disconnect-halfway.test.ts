/** With `afterLoss: 'run-again'`, a client that disconnects while its response is sent: the handler goes on to the end, however it waits for room. */
import {once} from 'node:events';
import {type IncomingMessage, type ServerResponse, request as sendRequest} from 'node:http';
import {Readable, Writable} from 'node:stream';
import {finished, pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import {expect} from 'chai';
import {idempotencyMiddleware, memoryStore} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {type Listener, postTo, withServers} from './node-server.ts';
import {deferred, told} from './requests.ts';

const serve = withServers();
/** More than the buffers of a connection hold. */
const CHUNKS = 16;
const CHUNK = Buffer.alloc(1_000_000, 'x');

type Method = (...values: unknown[]) => unknown;

/** Stands in for compression 1.8: writes go through a stream, to which the listeners for `drain` are moved. Callbacks are ignored. */
function compress(_request: IncomingMessage, response: ServerResponse): void {
  const {write, end, on} = response as unknown as Record<'write' | 'end' | 'on', Method>;
  const stream = createGzip({level: 0});
  let isEnded = false;
  const begin = (): void => {
    if (!response.headersSent) response.setHeader('content-encoding', 'gzip').writeHead(response.statusCode);
  };
  Object.assign(response, {
    write: (chunk: Buffer) => {
      begin();
      return stream.write(chunk);
    },
    end: (chunk?: Buffer) => {
      if (isEnded) return;
      isEnded = true;
      begin();
      stream.end(chunk);
    },
    on: (name: string, listener: () => void) =>
      Reflect.apply(on, name === 'drain' ? stream : response, [name, listener]),
  });
  Reflect.apply(on, response, ['close', () => stream.destroy()]);
  Reflect.apply(on, response, ['drain', () => stream.resume()]);
  stream.on('data', chunk => {
    if (Reflect.apply(write, response, [chunk]) === false) stream.pause();
  });
  stream.on('end', () => Reflect.apply(end, response, []));
}

function* chunks() {
  for (let count = 0; count < CHUNKS; count++) yield CHUNK;
}
const source = (): Readable => Readable.from(chunks(), {objectMode: false});

const HANDLERS: Readonly<Record<string, (response: ServerResponse) => Promise<unknown>>> = {
  'pipes a stream': async response => finished(source().pipe(response)),
  'pipes with pipeline': async response => pipeline(source(), response),
  'pipes an iterator with pipeline': async response => pipeline(chunks, response),
  'pipes a web stream': async response => {
    await Readable.toWeb(source()).pipeTo(Writable.toWeb(response));
  },
  'waits for drain': async response => {
    for (const chunk of chunks()) if (!response.write(chunk)) await once(response, 'drain');
    response.end();
  },
  'waits for drain with a listener that it takes away': async response => {
    for (const chunk of chunks())
      if (!response.write(chunk))
        await new Promise<void>(resolve => {
          const go = (): void => {
            response.off('drain', go);
            resolve();
          };
          response.on('drain', go);
        });
    response.end();
  },
  'waits for the callback of each write, which has no error': async response => {
    for (const chunk of chunks())
      await new Promise<void>((resolve, reject) => {
        response.write(chunk, error => (error ? reject(error) : resolve()));
      });
    response.end();
  },
};

/** A client that reads the first bytes, and disconnects. */
async function cut(url: string): Promise<void> {
  const client = sendRequest(url, {method: 'POST', headers: {'idempotency-key': 'k'}}).on('error', () => {});
  client.end('{"amount":1}');
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  let size = 0;
  await new Promise<void>(resolve => {
    response.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > 300_000) resolve();
    });
  });
  client.destroy();
}

const AROUND: Readonly<Record<string, Listener>> = {'': () => {}, ', under compression': compress};

describe("a client that disconnects while its response is sent, with afterLoss 'run-again'", () => {
  const open = async (handler: (response: ServerResponse) => unknown, around: Listener, clock = new VirtualClock()) => {
    const ended = deferred<unknown>();
    const keyed = idempotencyMiddleware({
      store: memoryStore({clock}),
      scope: 'everyone',
      afterLoss: 'run-again',
      leaseMs: 3000,
      maxRunMs: 10_000,
      clock,
      on: () => {},
    });
    const listener = keyed.listener(async (_request, response) => {
      response.writeHead(200, {'content-type': 'text/plain'});
      ended.resolve(await Promise.resolve(handler(response)).then(() => 'finished', String));
    });
    const url = await serve((request, response) => {
      around(request, response);
      listener(request, response);
    });
    return {url, ended: ended.promise};
  };

  for (const [under, around] of Object.entries(AROUND))
    for (const [name, handler] of Object.entries(HANDLERS)) {
      // Under compression, Node's adapter for web streams does not wait for room: the handler has ended the response before the client disconnects.
      if (around === compress && name === 'pipes a web stream') continue;
      it(`does not stop a handler that ${name}${under}`, async () => {
        const {url, ended} = await open(handler, around);
        await cut(url);
        expect(await ended).to.equal('finished');
        let answer = '409 REQUEST_RUNNING';
        for (let tries = 0; tries < 300 && answer === '409 REQUEST_RUNNING'; tries++)
          answer = await told(await postTo(url, 'k', {'content-type': ''}));
        expect(answer).to.equal('409 RESPONSE_NOT_KEPT');
      });
    }

  it('throws in a handler that then answers with an error: the head is fixed', async () => {
    const gone = deferred<unknown>();
    const {url, ended} = await open(
      async response => {
        response.socket!.once('close', gone.resolve);
        response.write(Buffer.alloc(2_000_000, 'x'));
        await gone.promise;
        await new Promise(resolve => setImmediate(resolve));
        response.writeHead(502).end('failed');
      },
      () => {},
    );
    await cut(url);
    expect(await ended).to.include('Cannot write headers after they are sent');
  });

  it('destroys the source of a response that is dropped once its key is lost', async () => {
    const clock = new VirtualClock();
    const endless = new Readable({read() {}});
    endless.push(Buffer.alloc(2_000_000, 'x'));
    const closed = once(endless, 'close');
    const gone = deferred<unknown>();
    const {url} = await open(
      response => {
        response.socket!.once('close', gone.resolve);
        endless.pipe(response);
      },
      () => {},
      clock,
    );
    await cut(url);
    await gone.promise;
    await clock.advance(10_000);
    await closed;
    expect(endless.readableEnded).to.equal(false);
  });
});
