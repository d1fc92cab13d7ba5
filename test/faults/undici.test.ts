/** Faults that need a dispatcher of one's own: HTTP/2, certificates that are trusted, time-outs of undici itself. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream} from 'node:http2';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {expect} from 'chai';
import {Agent, fetch as undiciFetch} from 'undici';
import {createFetch} from '../../src/core.ts';
import {errorOf} from '../support/outcome.ts';
import {EXPIRED, KEY, LOCALHOST, OTHER_NAME} from './certificates.ts';
import {broken, closed, listening} from './servers.ts';
import {CALLERS, inWords, meet} from './trial.ts';

type Fetch = typeof globalThis.fetch;

/** undici's fetch over that agent. The types of the two fetches differ, what they do does not. */
const over = (agent: Agent): Fetch =>
  ((input: string, init: object) => undiciFetch(input, {...init, dispatcher: agent})) as unknown as Fetch;

const portOf = (server: {address(): unknown}): number => (server.address() as AddressInfo).port;

describe('certificates', () => {
  for (const [what, cert, trusted, code] of [
    ['self-signed', LOCALHOST, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another name', OTHER_NAME, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', EXPIRED, true, 'CERT_HAS_EXPIRED'],
  ] as const)
    for (const [caller, init] of Object.entries(CALLERS))
      it(`${what}, ${caller}: sent once, whatever the policy says`, async () => {
        let secured = 0;
        const server = createTlsServer({key: KEY, cert}, () => secured++).on('tlsClientError', () => {});
        await listening(server);
        const agent = new Agent({connect: {...(trusted && {ca: cert}), autoSelectFamily: false}});
        try {
          const url = `https://127.0.0.1:${portOf(server)}/`;
          const {reason, got, report} = await meet(
            url,
            init,
            {retryOn: ['network', 'timeout', '4xx', '5xx']},
            over(agent),
          );
          expect(reason).to.equal(code);
          expect(got).to.equal(`TypeError ${code}`);
          expect(report).to.include({attempts: 1, refusal: 'not-transient'});
        } finally {
          await agent.destroy();
          await closed(server);
        }
      });
});

describe('HTTP/2', () => {
  const {NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR} = constants;
  let server: Http2SecureServer;
  let agent: Agent;
  let streams: number;
  let act: (stream: ServerHttp2Stream) => void;
  beforeEach(async () => {
    streams = 0;
    server = createSecureServer({key: KEY, cert: LOCALHOST});
    server.on('sessionError', () => {}).on('session', session => session.on('error', () => {}));
    server.on('stream', stream => {
      streams++;
      stream.on('error', () => {});
      act(stream);
    });
    await listening(server);
    agent = new Agent({allowH2: true, connect: {ca: LOCALHOST}});
  });
  afterEach(async () => {
    await agent.destroy();
    await closed(server);
  });

  const reset = (code: number) => (stream: ServerHttp2Stream) => stream.close(code);
  for (const [what, how, reason, sends] of [
    ['REFUSED_STREAM', reset(NGHTTP2_REFUSED_STREAM), /^REFUSED_STREAM$/, [3, 3, 3]],
    ['ENHANCE_YOUR_CALM', reset(NGHTTP2_ENHANCE_YOUR_CALM), /^ENHANCE_YOUR_CALM$/, [3, 3, 3]],
    ['INTERNAL_ERROR', reset(NGHTTP2_INTERNAL_ERROR), /^ERR_HTTP2_STREAM_ERROR$/, [3, 1, 3]],
    [
      // undici does not tell the last stream's id, so nobody knows whether this one was among those that are worked on.
      'GOAWAY',
      (stream: ServerHttp2Stream) => {
        stream.session?.goaway(NGHTTP2_NO_ERROR, 0);
        stream.session?.destroy();
      },
      /^(UND_ERR_SOCKET|ERR_HTTP2_STREAM_ERROR|ERR_HTTP2_GOAWAY_SESSION|ECONNRESET)$/,
      [3, 1, 3],
    ],
  ] as const)
    Object.entries(CALLERS).forEach(([caller, init], index) => {
      it(`${what}, ${caller}: sent ${sends[index] === 1 ? 'once' : `${sends[index]} times`}`, async () => {
        act = how;
        const seen = await meet(`https://127.0.0.1:${portOf(server)}/`, init, {}, over(agent));
        expect(seen.reason).to.match(reason);
        expect(seen.got).to.match(/^TypeError /);
        expect(seen.report?.attempts).to.equal(sends[index]);
        // undici itself sends a refused stream once more where it has no body (RFC 9113 §8.7), and tells nobody.
        const perSend = what === 'REFUSED_STREAM' && caller === 'GET' ? 2 : 1;
        expect(streams, 'streams on the server').to.equal(sends[index]! * perSend);
      });
    });

  it('a stream that was refused once is answered at the second try, a POST without a key too', async () => {
    act = stream => {
      if (streams === 1) stream.close(NGHTTP2_REFUSED_STREAM);
      else {
        stream.respond({':status': 201});
        stream.end('made');
      }
    };
    const seen = await meet(`https://127.0.0.1:${portOf(server)}/`, CALLERS.POST, {}, over(agent));
    expect(seen.got).to.equal('201');
    expect(seen.report?.attempts).to.equal(2);
  });
});

// undici looks at its own time-outs once a second, so these take that long, side by side.
describe("undici's own time-outs", () => {
  it('of the headers is as ambiguous as ours; that of the body is its reader’s', async () => {
    const mute = await broken({onRequest: () => {}});
    const halting = await broken({
      onRequest: socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort'),
    });
    const agent = new Agent({headersTimeout: 30, bodyTimeout: 30});
    try {
      const silent = meet(mute.url, CALLERS.POST, {}, over(agent));
      const fetch = createFetch({}, {fetch: over(agent)});
      const cutOff = fetch(halting.url).then(response => errorOf(() => response.text()));
      const {reason, report} = await silent;
      expect(reason).to.equal('UND_ERR_HEADERS_TIMEOUT');
      expect(report).to.include({attempts: 1, refusal: 'may-have-acted'});
      expect(inWords(await cutOff)).to.equal('TypeError UND_ERR_BODY_TIMEOUT');
      expect([mute.requests, halting.requests]).to.deep.equal([1, 1]);
    } finally {
      await agent.destroy();
      await Promise.all([mute.close(), halting.close()]);
    }
  });
});

describe('a machine that answers no SYN', () => {
  let child: ChildProcess;
  let fillers: Socket[];
  let url: string;
  before(async () => {
    // A stopped process accepts nothing; once its backlog is full, the kernel drops what comes.
    const program =
      "net.createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})";
    child = spawn(process.execPath, ['-e', program], {stdio: ['ignore', 'pipe', 'ignore']});
    const [port] = await once(child.stdout!, 'data');
    child.kill('SIGSTOP');
    url = `http://127.0.0.1:${Number(port)}/`;
    fillers = Array.from({length: 6}, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    await once(fillers[0]!, 'connect');
  });
  after(() => {
    for (const socket of fillers) socket.destroy();
    child.kill('SIGKILL');
  });
  it('a POST was not sent, so it is sent again', async function () {
    if (process.platform !== 'linux') this.skip(); // Elsewhere a full backlog refuses.
    const agent = new Agent({connect: {timeout: 30}});
    try {
      const seen = await meet(url, CALLERS.POST, {maxAttempts: 2}, over(agent));
      expect(seen.reason).to.equal('UND_ERR_CONNECT_TIMEOUT');
      expect(seen.got).to.equal('TypeError UND_ERR_CONNECT_TIMEOUT');
      expect(seen.report).to.include({attempts: 2, refusal: 'attempts-exhausted'});
    } finally {
      await agent.destroy();
    }
  });
});
