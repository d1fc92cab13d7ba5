/** Faults that need a dispatcher of one's own, under every adapter: HTTP/2, certificates that are trusted, time-outs of undici itself. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream} from 'node:http2';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {expect} from 'chai';
import {Agent} from 'undici';
import {EXPIRED, KEY, LOCALHOST, OTHER_NAME} from './certificates.ts';
import {broken, closed, listening} from './servers.ts';
import {ADAPTERS, type Adapter, CALLERS, meet, networkErrorOf, type Seen} from './trial.ts';

const portOf = (server: {address(): unknown}): number => (server.address() as AddressInfo).port;

/** Every caller at every adapter. */
const everyone = ADAPTERS.flatMap(adapter =>
  Object.entries(CALLERS).map(([caller, init], index) => ({
    title: `${adapter}, ${caller}`,
    adapter,
    caller,
    init,
    index,
  })),
);

describe('certificates', () => {
  for (const [what, cert, trusted, code] of [
    ['self-signed', LOCALHOST, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another name', OTHER_NAME, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', EXPIRED, true, 'CERT_HAS_EXPIRED'],
  ] as const)
    for (const {title, adapter, init} of everyone)
      it(`${what}, ${title}: sent once, whatever the policy says`, async () => {
        let secured = 0;
        const server = createTlsServer({key: KEY, cert}, () => secured++).on('tlsClientError', () => {});
        await listening(server);
        const agent = new Agent({connect: {...(trusted && {ca: cert}), autoSelectFamily: false}});
        try {
          const policy = {retryOn: ['network', 'timeout', '4xx', '5xx']} as const;
          const {reason, got, report} = await meet(adapter, `https://127.0.0.1:${portOf(server)}/`, {
            init,
            policy,
            agent,
          });
          expect(reason).to.equal(code);
          expect(got).to.match(networkErrorOf(adapter, code));
          expect(report).to.include({attempts: 1, refusal: 'not-transient'});
          expect(secured).to.be.at.most(1);
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
    ['ENHANCE_YOUR_CALM', reset(NGHTTP2_ENHANCE_YOUR_CALM), /^ENHANCE_YOUR_CALM$/, [3, 1, 3]],
    ['INTERNAL_ERROR', reset(NGHTTP2_INTERNAL_ERROR), /^ERR_HTTP2_STREAM_ERROR$/, [3, 1, 3]],
    [
      // undici does not report the id of the last stream, so it is not known whether the server processes this one.
      'GOAWAY',
      (stream: ServerHttp2Stream) => {
        stream.session?.goaway(NGHTTP2_NO_ERROR, 0);
        stream.session?.destroy();
      },
      /^(UND_ERR_SOCKET|ERR_HTTP2_STREAM_ERROR|ERR_HTTP2_GOAWAY_SESSION|ECONNRESET)$/,
      [3, 1, 3],
    ],
  ] as const)
    for (const {title, adapter, caller, init, index} of everyone)
      it(`${what}, ${title}: sent ${sends[index] === 1 ? 'once' : `${sends[index]} times`}`, async () => {
        act = how;
        const seen = await meet(adapter, `https://127.0.0.1:${portOf(server)}/`, {init, agent});
        expect(seen.reason).to.match(reason);
        expect(seen.got).to.match(networkErrorOf(adapter, ''));
        expect(seen.report?.attempts).to.equal(sends[index]);
        const perSend = what === 'REFUSED_STREAM' ? streamsPerRefusal(adapter, caller) : 1;
        expect(streams, 'streams on the server').to.equal(sends[index]! * perSend);
      });

  /** undici itself retries a refused stream once (RFC 9113 §8.7) without reporting it, unless fetch passed it a body that cannot be sent again. */
  const streamsPerRefusal = (adapter: Adapter, caller: string): number =>
    caller === 'GET' || adapter === 'undici' ? 2 : 1;

  for (const adapter of ADAPTERS)
    it(`a stream that was refused once is answered at the second try, ${adapter}, a POST without a key too`, async () => {
      act = stream => {
        if (streams <= streamsPerRefusal(adapter, 'POST')) stream.close(NGHTTP2_REFUSED_STREAM);
        else {
          stream.respond({':status': 201});
          stream.end('made');
        }
      };
      const seen = await meet(adapter, `https://127.0.0.1:${portOf(server)}/`, {init: CALLERS.POST, agent});
      expect([seen.got, seen.body]).to.deep.equal(['201', 'ok']);
      expect(seen.report?.attempts).to.equal(2);
    });
});

// undici looks at its own time-outs twice a second, so these take that long: side by side.
describe("undici's own time-outs", () => {
  const met = new Map<string, {seen: Seen; requests: number}>();
  before(async () => {
    const agent = new Agent({headersTimeout: 30, bodyTimeout: 30});
    const trial = async (title: string, answer: string, {adapter, init}: (typeof everyone)[number]): Promise<void> => {
      const server = await broken({onRequest: socket => void (answer !== '' && socket.write(answer))});
      try {
        const seen = await meet(adapter, server.url, {init, agent, policy: {maxAttempts: 2, attemptTimeoutMs: null}});
        met.set(title, {seen, requests: server.requests});
      } finally {
        await server.close();
      }
    };
    try {
      await Promise.all(
        everyone.flatMap(who => [
          trial(`headers, ${who.title}`, '', who),
          trial(`body, ${who.title}`, 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort', who),
        ]),
      );
    } finally {
      await agent.destroy();
    }
  });

  for (const {title, adapter, caller} of everyone) {
    it(`of the headers, ${title}: as ambiguous as ours`, () => {
      const {seen, requests} = met.get(`headers, ${title}`)!;
      expect(seen.reason).to.equal('UND_ERR_HEADERS_TIMEOUT');
      expect(seen.got).to.match(networkErrorOf(adapter, 'UND_ERR_HEADERS_TIMEOUT'));
      const attempts = caller === 'POST' ? 1 : 2;
      expect(seen.report).to.include({attempts, refusal: caller === 'POST' ? 'may-have-acted' : 'attempts-exhausted'});
      expect(requests).to.equal(attempts);
    });

    it(`of the body, ${title}: its reader’s, and nothing is sent again`, () => {
      const {seen, requests} = met.get(`body, ${title}`)!;
      expect(seen.got).to.equal('200');
      expect(seen.body).to.match(networkErrorOf(adapter === 'ky' ? 'fetch' : adapter, 'UND_ERR_BODY_TIMEOUT'));
      expect(seen.report).to.include({attempts: 1, result: 'success'});
      expect(requests).to.equal(1);
    });
  }
});

describe('a machine that answers no SYN', () => {
  let child: ChildProcess;
  let fillers: Socket[];
  const met = new Map<string, Seen>();
  before(async function () {
    if (process.platform !== 'linux') return this.skip(); // Elsewhere a full backlog refuses.
    // A stopped process accepts nothing; once its backlog is full, the kernel drops what comes.
    const program =
      "net.createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})";
    child = spawn(process.execPath, ['-e', program], {stdio: ['ignore', 'pipe', 'ignore']});
    const [port] = await once(child.stdout!, 'data');
    child.kill('SIGSTOP');
    fillers = Array.from({length: 6}, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    await once(fillers[0]!, 'connect');
    const agent = new Agent({connect: {timeout: 30}});
    try {
      // Side by side: undici looks at this time-out twice a second too.
      const policy = {maxAttempts: 2, attemptTimeoutMs: null};
      await Promise.all(
        everyone.map(async ({title, adapter, init}) =>
          met.set(title, await meet(adapter, `http://127.0.0.1:${Number(port)}/`, {init, policy, agent})),
        ),
      );
    } finally {
      await agent.destroy();
    }
  });
  after(() => {
    for (const socket of fillers ?? []) socket.destroy();
    child?.kill('SIGKILL');
  });

  for (const {title, adapter} of everyone)
    it(`${title}: was not sent, so it is sent again`, () => {
      const seen = met.get(title)!;
      expect(seen.reason).to.equal('UND_ERR_CONNECT_TIMEOUT');
      expect(seen.got).to.match(networkErrorOf(adapter, 'UND_ERR_CONNECT_TIMEOUT'));
      expect(seen.report).to.include({attempts: 2, refusal: 'attempts-exhausted'});
    });
});
