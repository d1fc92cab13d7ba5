/** Bodies of uploads that were never sent: they are cancelled, so that no file stays open. */
import {once} from 'node:events';
import {createReadStream, existsSync, readdirSync, readlinkSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch, definePolicy, type PolicyHandle, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {errorOf} from '../support/outcome.ts';

const FILE = fileURLToPath(import.meta.url);
const URL_OF_NOBODY = 'http://127.0.0.1:54321/items';

/** File descriptors of this process that are open on this file. */
const openFiles = (): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === FILE;
    } catch {
      return false; // The descriptor of the listing itself.
    }
  }).length;

type Upload = (handle: PolicyHandle, body: unknown, init?: {readonly signal?: AbortSignal}) => Promise<unknown>;

const plain = (body: unknown, init: object = {}) =>
  ({...init, method: 'PUT', body, duplex: 'half', redirect: 'error'}) as RequestInit;

const agents: Agent[] = [];
const dispatcher = (handle: PolicyHandle) => {
  const agent = new Agent();
  agents.push(agent);
  return agent.compose(resilienceInterceptor(handle));
};

const adapters: Record<string, Upload> = {
  fetch: (handle, body, init) => createFetch(handle)(URL_OF_NOBODY, plain(body, init)),
  'fetch with a Request': (handle, body, init) => createFetch(handle)(new Request(URL_OF_NOBODY, plain(body, init))),
  ky: (handle, body, init) => ky.extend(resilience(handle)).put(URL_OF_NOBODY, plain(body, init)),
  'ky with hooks': (handle, body, init) =>
    ky.extend(resilience(handle)).put(URL_OF_NOBODY, {...plain(body, init), hooks: {beforeRetry: [() => {}]}}),
  'undici.request': (handle, body, init) =>
    request(URL_OF_NOBODY, {...init, method: 'PUT', body: body as string, dispatcher: dispatcher(handle)}),
};

/** A handle whose breaker is open for that origin. */
async function refusing(): Promise<PolicyHandle> {
  const handle = definePolicy({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1}});
  const failing = createFetch(handle, {fetch: async () => new Response(null, {status: 500})});
  await failing(URL_OF_NOBODY);
  return handle;
}

describe('the body of an upload that was never sent', function () {
  this.timeout(20_000);
  before(function () {
    if (!existsSync('/proc/self/fd')) this.skip();
  });
  after(() => Promise.all(agents.map(agent => agent.destroy())));

  for (const [adapter, upload] of Object.entries(adapters)) {
    it(`${adapter}: 50 refused uploads of a file leave no file open`, async () => {
      const handle = await refusing();
      const before = openFiles();
      for (let count = 0; count < 50; count++) {
        const body = createReadStream(FILE);
        await once(body, 'open');
        const error = await errorOf(() => upload(handle, body));
        expect(String(error.code ?? (error.cause as {code?: string})?.code)).to.equal('CIRCUIT_OPEN');
      }
      await quiet(() => openFiles() <= before);
      expect(openFiles()).to.equal(before);
    });

    it(`${adapter}: a refused call finishes a generator`, async () => {
      let finished = false;
      async function* generated() {
        try {
          for (;;) yield 'a';
        } finally {
          finished = true;
        }
      }
      const body = generated();
      const {return: finish} = body; // One that was not started runs no `finally`.
      body.return = value => {
        finished = true;
        return finish.call(body, value);
      };
      await errorOf(async () => upload(await refusing(), body));
      await quiet(() => finished);
      expect(finished).to.equal(true);
    });

    // undici.request itself refuses an aborted signal, before a dispatcher is asked.
    if (adapter === 'undici.request') continue;
    it(`${adapter}: a call that is aborted before it is sent cancels a ReadableStream`, async () => {
      const mine = new Error('mine');
      let cancelled = 0;
      const body = new ReadableStream({cancel: () => void cancelled++});
      const handle = definePolicy({});
      await errorOf(() => upload(handle, body, {signal: AbortSignal.abort(mine)}));
      await quiet(() => cancelled > 0);
      expect(cancelled).to.equal(1);
    });
  }

  for (const [adapter, upload] of Object.entries(adapters).filter(([name]) => name !== 'fetch with a Request')) {
    it(`${adapter}: a detached ArrayBuffer is refused with one TypeError`, async () => {
      for (const make of [() => new ArrayBuffer(8), () => new Uint8Array(8)]) {
        const body = make();
        const buffer = ArrayBuffer.isView(body) ? (body.buffer as ArrayBuffer) : body;
        structuredClone(buffer, {transfer: [buffer]});
        const error = await errorOf(() => upload(definePolicy(), body));
        expect(error).to.be.instanceOf(TypeError);
        // Of Node 22's own Request, where ky makes one.
        const isRefusedByRequest = adapter.startsWith('ky') && error.message.startsWith('Cannot perform ArrayBuffer');
        if (!isRefusedByRequest) expect(error.message).to.match(/^The request body is a detached ArrayBuffer/);
      }
    });
  }

  it('an upload of a file that is aborted before it is sent leaves no file open @T71', async () => {
    const before = openFiles();
    for (let count = 0; count < 10; count++) {
      const body = createReadStream(FILE);
      await once(body, 'open');
      await errorOf(() => createFetch()(URL_OF_NOBODY, plain(body, {signal: AbortSignal.abort()})));
    }
    await quiet(() => openFiles() <= before);
    expect(openFiles()).to.equal(before);
  });

  it('ky: may be transferred once ky was called', async () => {
    const body = new TextEncoder().encode('kept');
    let sent = '';
    const own = async (input: RequestInfo | URL) => {
      sent = await (input as Request).text();
      return new Response();
    };
    const called = ky.extend(resilience()).put(URL_OF_NOBODY, {body, fetch: own as typeof fetch});
    structuredClone(body.buffer, {transfer: [body.buffer]});
    await called;
    expect(sent).to.equal('kept');
  });

  it('is left to fetch once fetch has begun to read it', async () => {
    let cancelled = 0;
    const body = new ReadableStream({cancel: () => void cancelled++});
    const broken = createFetch({maxAttempts: 1}, {fetch: async () => Promise.reject(new TypeError('fetch failed'))});
    await errorOf(() => broken(URL_OF_NOBODY, plain(body)));
    expect(cancelled).to.equal(0);
  });
});

/** Waits up to a second for a condition: files are closed by threads. */
async function quiet(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !holds(); round++) await new Promise(resolve => setTimeout(resolve, 5));
}
