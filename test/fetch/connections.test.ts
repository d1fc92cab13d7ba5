/** Bodies of responses over real connections. */
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {createFetch} from '../../src/core.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';

const fetch = createFetch({
  budget: null,
  breaker: null,
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
});

describe('the body of a response over a real connection', () => {
  let server: LoopbackServer;
  beforeEach(async () => {
    server = await LoopbackServer.start();
  });
  afterEach(() => server.close());

  it('does not hold its connection if the response is retried @T16', async () => {
    const open = new Set<Socket>();
    let sent = 0;
    const flood = createServer((_, response) => {
      if (sent++ % 2 === 0) response.writeHead(503).end(Buffer.alloc(2_000_000));
      else response.end('ok');
    });
    flood.on('connection', socket => open.add(socket.on('close', () => open.delete(socket)).on('error', () => {})));
    await once(flood.listen(0, '127.0.0.1'), 'listening');
    for (let call = 0; call < 20; call++)
      await (await fetch(`http://127.0.0.1:${(flood.address() as AddressInfo).port}/`)).text();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(open.size).to.be.at.most(3);
    flood.close();
    flood.closeAllConnections();
  });

  it('can be cancelled on one side of a clone without hanging @T17', async () => {
    const response = await fetch(server.place({body: 'x'.repeat(200_000)}).url);
    const clone = response.clone();
    const cancelled = clone.body!.cancel(); // By the standard the promise settles once both copies are done.
    expect((await response.text()).length).to.equal(200_000);
    await cancelled;
  });

  it('is not retried if it breaks after its first chunk @T18', async () => {
    const place = server.place(response => {
      response.writeHead(200, {'content-length': '10'}).write('01234');
      setTimeout(() => response.socket?.destroy(), 20);
    }, 200);
    const response = await fetch(place.url);
    expect(await errorOf(() => response.text())).to.be.instanceOf(Error);
    expect(place.requests).to.have.length(1);
  });

  it('is retried if the connection breaks before its first byte, and no byte is returned twice @T18', async () => {
    const place = server.place('reset', {body: 'whole'});
    expect(await (await fetch(place.url)).text()).to.equal('whole');
    expect(place.requests).to.have.length(2);
  });

  it('ends with the attempt timeout even if it has no socket and nothing else keeps the process alive', async () => {
    const script = `
      import {createFetch} from ${JSON.stringify(new URL('../../src/core.ts', import.meta.url).href)};
      const endless = async () => new Response(new ReadableStream({}));
      const response = await createFetch({attemptTimeoutMs: 60}, {fetch: endless})('http://nowhere.invalid/');
      await response.text().catch(({code}) => console.log(code));`;
    const args = ['--no-warnings', '--input-type=module', '-e', script];
    const {stdout} = await promisify(execFile)(process.execPath, args);
    expect(stdout).to.equal('ATTEMPT_TIMEOUT\n');
  });
});
