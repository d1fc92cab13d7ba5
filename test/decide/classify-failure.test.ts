/** What each runtime throws for a connection failure: measured with Node's fetch and undici, and as browsers word it. */

import {readFileSync} from 'node:fs';
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {type Classification, harmless} from '../../src/decide/classification.ts';
import {classifyNetworkFailure} from '../../src/decide/classify-failure.ts';
import {isNetworkFailure, readFailure} from '../../src/decide/failure-facts.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

const transients = new Transients(defaultPolicy.retryOn);
const classified = (error: unknown): Classification => classifyNetworkFailure(error, transients);
const colourOf = ({transient, sent}: Classification) => (!transient ? 'red' : harmless(sent) ? 'green' : 'yellow');

interface Cause {
  readonly code?: string | 0;
  readonly syscall?: string;
  readonly erroredSysCall?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[];
}
const coded = ({message = '', ...fields}: Cause): Error => Object.assign(new Error(message), fields);
/** As fetch of Node throws it. */
const thrown = (cause: Cause): TypeError => new TypeError('fetch failed', {cause: coded(cause)});

/** What undici's fetch says when it refuses a request or a response itself, read from its source so that no sentence is missed. */
const UNDICI_REFUSALS: readonly string[] = [
  ...new Set(
    [
      ...readFileSync(new URL('lib/web/fetch/index.js', import.meta.resolve('undici')), 'utf8').matchAll(
        /(?:makeNetworkError|processBodyError)\(\s*'((?:[^'\\]|\\.)+)'/g,
      ),
    ]
      .map(([, sentence]) => sentence!.replaceAll("\\'", "'"))
      .filter(sentence => sentence !== 'NetworkError when attempting to fetch resource.'),
  ),
];

describe('classifyNetworkFailure', () => {
  describe('as measured', () => {
    for (const [scenario, cause, expected, sent] of [
      ['port closed', {code: 'ECONNREFUSED', syscall: 'connect'}, 'green', 'not-sent'],
      ['no such name', {code: 'ENOTFOUND', syscall: 'getaddrinfo'}, 'green', 'not-sent'],
      ['DNS is away', {code: 'EAI_AGAIN', syscall: 'getaddrinfo'}, 'green', 'not-sent'],
      ['SYN into a black hole', {code: 'UND_ERR_CONNECT_TIMEOUT'}, 'green', 'not-sent'],
      [
        'RST right at accept',
        {code: 'ECONNRESET', syscall: 'connect', message: 'connect ECONNRESET 127.0.0.1:1'},
        'green',
        'not-sent',
      ],
      ['connect timed out', {code: 'ETIMEDOUT', syscall: 'connect'}, 'green', 'not-sent'],
      ['no route to the host', {code: 'EHOSTUNREACH', syscall: 'connect'}, 'green', 'not-sent'],
      ['no route to the net', {code: 'ENETUNREACH', syscall: 'connect'}, 'green', 'not-sent'],
      ['no address of our own', {code: 'EADDRNOTAVAIL', syscall: 'connect'}, 'green', 'not-sent'],
      ['net is down', {code: 'ENETDOWN', syscall: 'connect'}, 'green', 'not-sent'],
      ['client closed', {code: 'UND_ERR_CLOSED'}, 'green', 'not-sent'],
      ['client destroyed, maybe with the request under way', {code: 'UND_ERR_DESTROYED'}, 'yellow', 'maybe-processed'],
      [
        'TLS handshake closed',
        {
          code: 'ECONNRESET',
          message: 'Client network socket disconnected before secure TLS connection was established',
        },
        'green',
        'not-sent',
      ],
      [
        'RST after the request, or in the handshake',
        {code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET'},
        'yellow',
        'maybe-processed',
      ],
      ['read timed out', {code: 'ETIMEDOUT', syscall: 'read'}, 'yellow', 'maybe-processed'],
      ['FIN, read or unread', {code: 'UND_ERR_SOCKET', message: 'other side closed'}, 'yellow', 'maybe-processed'],
      ['peer closed while we wrote', {code: 'EPIPE', syscall: 'write'}, 'yellow', 'maybe-processed'],
      ['headers timeout', {code: 'UND_ERR_HEADERS_TIMEOUT'}, 'yellow', 'maybe-processed'],
      ['body timeout', {code: 'UND_ERR_BODY_TIMEOUT'}, 'yellow', 'maybe-processed'],
      [
        'h2 GOAWAY',
        {code: 'UND_ERR_SOCKET', message: 'HTTP/2: "GOAWAY" frame received with code 0'},
        'yellow',
        'maybe-processed',
      ],
      [
        'h2 CANCEL before headers',
        {code: 'UND_ERR_INFO', message: 'HTTP/2: "stream reset" 8'},
        'yellow',
        'maybe-processed',
      ],
      ['tunnel closed by a proxy', {code: 'UND_ERR_PRX_CONN'}, 'yellow', 'maybe-processed'],
      ['tunnel refused by a proxy', {code: 0, message: 'Request was cancelled.'}, 'yellow', 'maybe-processed'],
      ['no file descriptor', {code: 'EMFILE', syscall: 'connect'}, 'green', 'not-sent'],
      ['no buffers', {code: 'ENOBUFS', syscall: 'connect'}, 'green', 'not-sent'],
      ['no Unix socket', {code: 'ENOENT', syscall: 'connect'}, 'green', 'not-sent'],
      ['a name server that fails', {code: 'EAI_FAIL', syscall: 'getaddrinfo'}, 'green', 'not-sent'],
      ['no file descriptor for a file', {code: 'EMFILE', syscall: 'open'}, 'red', 'maybe-processed'],
      [
        'h2 REFUSED_STREAM',
        {code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM'},
        'green',
        'not-processed',
      ],
      [
        'h2 ENHANCE_YOUR_CALM',
        {code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_ENHANCE_YOUR_CALM'},
        'yellow',
        'maybe-processed',
      ],
      [
        'h2 INTERNAL_ERROR',
        {code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_INTERNAL_ERROR'},
        'yellow',
        'maybe-processed',
      ],
      ['self-signed', {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'}, 'red', 'not-sent'],
      ['wrong name', {code: 'ERR_TLS_CERT_ALTNAME_INVALID'}, 'red', 'not-sent'],
      ['expired', {code: 'CERT_HAS_EXPIRED'}, 'red', 'not-sent'],
      ['TLS to a plain port', {code: 'ERR_SSL_WRONG_VERSION_NUMBER'}, 'red', 'maybe-processed'],
      ['header overflow', {code: 'UND_ERR_HEADERS_OVERFLOW'}, 'red', 'maybe-processed'],
      ['garbage for an answer', {code: 'HPE_INVALID_CONSTANT'}, 'red', 'maybe-processed'],
      ['garbage, code left out', {message: 'Parse Error: Expected HTTP/'}, 'red', 'maybe-processed'],
      ['wrong length of our own', {code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'}, 'red', 'maybe-processed'],
      ['bad URL', {code: 'ERR_INVALID_URL'}, 'red', 'maybe-processed'],
      ['bad port', {message: 'bad port'}, 'red', 'maybe-processed'],
      ['unknown scheme', {message: 'unknown scheme'}, 'red', 'maybe-processed'],
      ['redirect loop', {message: 'redirect count exceeded'}, 'red', 'maybe-processed'],
    ] as const) {
      it(`${scenario} is ${expected}`, () => {
        const found = classified(thrown(cause));
        expect([colourOf(found), found.sent]).to.deep.equal([expected, sent]);
      });
    }
  });

  for (const what of ['REFUSED_STREAM', 'ENHANCE_YOUR_CALM'])
    it(`${what} has its own reason instead of its code`, () => {
      expect(classified(thrown({code: 'ERR_HTTP2_STREAM_ERROR', message: `NGHTTP2_${what}`})).reason).to.equal(what);
    });

  it('ENHANCE_YOUR_CALM asks for less', () => {
    const found = classified(thrown({code: 'ERR_HTTP2_STREAM_ERROR', message: 'NGHTTP2_ENHANCE_YOUR_CALM'}));
    expect(found).to.deep.include({throttled: true, reason: 'ENHANCE_YOUR_CALM'});
  });

  it('the reason is the code, never the message, which may carry a URL', () => {
    const found = classified(thrown({code: 'ECONNRESET', message: 'https://u:p@h.test/?token=x'}));
    expect(found.reason).to.equal('ECONNRESET');
    expect(classified(new TypeError('Failed to fetch')).reason).to.equal('network');
    expect(classified(new TypeError('https://u:p@h.test/')).reason).to.equal('not a transient error');
  });

  describe('a bad certificate is final', () => {
    for (const code of [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_REVOKED',
      'CERT_UNTRUSTED',
      'CERT_SIGNATURE_FAILURE',
      'CERT_CHAIN_TOO_LONG',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_GET_CRL',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
      'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
      'CRL_HAS_EXPIRED',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
      'HOSTNAME_MISMATCH',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_TLS_CERT_ALTNAME_FORMAT',
    ])
      it(code, () => {
        expect(classified(thrown({code}))).to.deep.include({transient: false, final: true, sent: 'not-sent'});
      });
  });

  for (const code of ['ERR_SSL_NO_CERT_SET', 'UND_ERR_HOSTNAME_MISMATCH', 'INVALID_CALL', 'INVALID_PURPOSES'])
    it(`${code} is no bad certificate`, () => expect(classified(thrown({code})).final).to.equal(false));

  describe('a host that became unreachable', () => {
    for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ECONNREFUSED', 'EADDRNOTAVAIL']) {
      for (const syscall of ['read', 'write', 'writev', 'shutdown'])
        it(`${code} of ${syscall} is yellow: the connection was open`, () => {
          const cause = {code, syscall, message: `${syscall} ${code}`};
          for (const error of [thrown(cause), coded(cause), new AggregateError([coded(cause)])])
            expect(classified(error)).to.deep.include({transient: true, sent: 'maybe-processed', reason: code});
        });
      for (const syscall of ['connect', 'bind', 'getaddrinfo', 'queryA', undefined])
        it(`${code} ${syscall === undefined ? 'without a system call' : `of ${syscall}`} is green`, () => {
          const cause = syscall === undefined ? {code} : {code, syscall};
          for (const error of [thrown(cause), coded(cause)])
            expect(classified(error)).to.deep.include({transient: true, sent: 'not-sent', reason: code});
        });
    }

    it('is yellow where only the message names the system call, as in node-fetch 2', () => {
      const message = 'request to https://a.test/ failed, reason: read EHOSTUNREACH';
      expect(classified(coded({code: 'EHOSTUNREACH', message})).sent).to.equal('maybe-processed');
      const connecting = 'request to https://a.test/ failed, reason: connect EHOSTUNREACH 10.0.0.9:443';
      expect(classified(coded({code: 'EHOSTUNREACH', message: connecting})).sent).to.equal('not-sent');
    });

    it('is yellow where the system call has the name that node-fetch 3 gives it', () => {
      expect(classified(coded({code: 'EHOSTUNREACH', erroredSysCall: 'write'})).sent).to.equal('maybe-processed');
      expect(classified(coded({code: 'ETIMEDOUT', erroredSysCall: 'connect'})).sent).to.equal('not-sent');
    });

    it('is yellow where the code and the system call are those of the outer error', () => {
      const error = Object.assign(coded({code: 'EHOSTUNREACH', syscall: 'read'}), {cause: new Error('lost')});
      expect(classified(error).sent).to.equal('maybe-processed');
    });

    for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT'])
      it(`${code} is green whatever its system call`, () => {
        expect(classified(thrown({code, syscall: 'read'})).sent).to.equal('not-sent');
      });
  });

  describe('several addresses are as good as the worst of them', () => {
    const refused = coded({code: 'ECONNREFUSED', syscall: 'connect'});
    const unreachable = coded({code: 'ENETUNREACH', syscall: 'connect'});
    const slow = coded({code: 'ETIMEDOUT', syscall: 'connect'});
    const reset = coded({code: 'ECONNRESET', syscall: 'read'});
    for (const [title, errors, expected] of [
      ['none was reached', [refused, unreachable], 'green'],
      ['none answered in time', [slow, slow], 'green'],
      ['one did not answer, the other has no route', [slow, unreachable], 'green'],
      ['one broke after it was there', [refused, reset], 'yellow'],
      ['in any order', [reset, refused], 'yellow'],
      ['one failed with an unknown code', [refused, coded({code: 'E_ODD'})], 'red'],
      ['one has no code', [refused, new Error('odd')], 'red'],
      ['one is no error at all', [refused, null], 'red'],
      ['none tried: the code of the whole counts', [], 'green'],
    ] as const) {
      it(`${title}: ${expected}`, () => {
        const cause = Object.assign(new AggregateError(errors), {code: 'ECONNREFUSED'});
        expect(colourOf(classified(new TypeError('fetch failed', {cause})))).to.equal(expected);
      });
    }
  });

  it('those without a code do not hide the code of another', () => {
    for (const errors of [
      [{}, {code: 'ECONNREFUSED'}],
      [null, {code: 'ECONNREFUSED'}],
      ['odd', {code: 'ECONNREFUSED'}],
    ])
      expect(classified(new AggregateError(errors)).reason).to.equal('ECONNREFUSED');
  });

  describe('without a code', () => {
    for (const [runtime, message] of [
      ['Chromium', 'Failed to fetch'],
      ['Chromium, with the host', 'Failed to fetch (api.example.test)'],
      ['Chromium, in a body', 'network error'],
      ['Firefox', 'NetworkError when attempting to fetch resource.'],
      ['Firefox, without its stop', 'NetworkError when attempting to fetch resource'],
      ['Safari', 'Load failed'],
      ['Safari, with the host', 'Load failed (api.example.test)'],
      ['Safari, cut', 'The network connection was lost.'],
      ['Safari, offline', 'The Internet connection appears to be offline.'],
      ['workerd', 'Network connection lost.'],
      ['workerd, without its stop', 'Network connection lost'],
      ['Deno', 'error sending request for url (https://h.test/): connection closed'],
      ['Bun on WebKit', ' A network error occurred.'],
      ['WebKit', 'A network error occurred.'],
      ['React Native', 'Network request failed'],
      ['undici, in a body', 'terminated'],
      ['undici, its cause lost', 'fetch failed'],
    ] as const) {
      it(`${runtime}: ${message}`, () => {
        const error = new TypeError(message);
        expect(isNetworkFailure(error)).to.equal(true);
        const found = classified(error);
        expect([colourOf(found), found.reason]).to.deep.equal(['yellow', 'network']);
      });

      it(`${runtime}: not if it is only a part of another message`, () => {
        expect(isNetworkFailure(new TypeError(`Oh: ${message}`)), 'at the end').to.equal(false);
        // Deno goes on to say what it was.
        if (runtime !== 'Deno') expect(isNetworkFailure(new TypeError(`${message} It is.`)), 'first').to.equal(false);
      });
    }

    for (const message of [
      'Failed to fetch the config',
      'Failed to parse URL from x',
      "Cannot read properties of undefined (reading 'x')",
      'I lost my network connection',
      'process terminated',
      '',
    ])
      it(`not: ${JSON.stringify(message)}`, () => {
        expect(isNetworkFailure(new TypeError(message))).to.equal(false);
        expect(colourOf(classified(new TypeError(message)))).to.equal('red');
      });
  });

  describe("undici's fetch failed, and its cause is an Error without a code, as nock and MockAgent make them", () => {
    const failedBy = (cause: Error): TypeError => new TypeError('fetch failed', {cause});

    for (const message of ['something awful happened', 'kaboom', ''])
      it(`${JSON.stringify(message)} is a network failure`, () => {
        const error = failedBy(new Error(message));
        expect(isNetworkFailure(error)).to.equal(true);
        expect([colourOf(classified(error)), classified(error).reason]).to.deep.equal(['yellow', 'network']);
      });

    it('knows the refusals of undici', () => {
      expect(UNDICI_REFUSALS).to.include.members(['bad port', 'integrity mismatch']).and.have.length.above(15);
    });

    for (const message of UNDICI_REFUSALS)
      it(`${JSON.stringify(message)} is a refusal of undici's own`, () => {
        expect(isNetworkFailure(failedBy(new Error(message)))).to.equal(false);
        expect(colourOf(classified(failedBy(new Error(message))))).to.equal('red');
      });

    for (const cause of [
      new TypeError("Cannot read properties of undefined (reading 'x')"),
      new RangeError('Invalid array length'),
      new DOMException('x', 'AbortError'),
      Object.assign(new Error('Mock dispatch not matched'), {code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED'}),
    ])
      it(`a ${cause.name} with code ${'code' in cause ? cause.code : undefined} is a mistake`, () => {
        expect(isNetworkFailure(failedBy(cause))).to.equal(false);
        expect(colourOf(classified(failedBy(cause)))).to.equal('red');
      });

    it('an error of another library with such a cause is a mistake', () => {
      expect(isNetworkFailure(new TypeError('It went wrong', {cause: new Error('kaboom')}))).to.equal(false);
    });
  });

  for (const code of [
    'ERR_INVALID_URL',
    'ERR_INVALID_ARG_TYPE',
    'ERR_MISSING_ARGS',
    'ERR_OUT_OF_RANGE',
    'UND_ERR_INVALID_ARG',
    'UND_ERR_NOT_SUPPORTED',
    'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
    'SECRET',
    'x',
    'ECONNRESET of my own',
  ])
    it(`${code} is not a network failure`, () => expect(isNetworkFailure(thrown({code}))).to.equal(false));

  for (const code of [
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_SOCKET',
    'ERR_SSL_MISSING_CIPHER',
    'HPE_INVALID_CONSTANT',
    'HPE_ERR_INVALID_X',
  ])
    it(`${code} is a network failure`, () => expect(isNetworkFailure(thrown({code}))).to.equal(true));

  describe("Bun's codes, on the error itself", () => {
    for (const [code, expected] of [
      ['ConnectionRefused', 'green'],
      ['FailedToOpenSocket', 'green'],
      ['ConnectionClosed', 'yellow'],
      ['ECONNRESET', 'yellow'],
    ] as const)
      it(`${code} is ${expected}`, () => expect(colourOf(classified(coded({code})))).to.equal(expected));
  });

  describe('retryOn', () => {
    it('without "network", no network failure is transient, but `sent` is unchanged', () => {
      const found = classifyNetworkFailure(thrown({code: 'ECONNREFUSED'}), new Transients(['timeout', 503]));
      expect(found).to.deep.include({transient: false, sent: 'not-sent'});
    });
    for (const code of ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
      it(`${code} is a timeout`, () => {
        expect(classifyNetworkFailure(thrown({code}), new Transients(['timeout'])).transient).to.equal(true);
        expect(classifyNetworkFailure(thrown({code}), new Transients(['network'])).transient).to.equal(false);
      });
  });

  describe('for any thrown value', () => {
    const {proxy: revoked, revoke} = Proxy.revocable({}, {});
    revoke();
    const trap = (): never => {
      throw new Error('a getter threw');
    };
    for (const [what, error] of [
      ['undefined', undefined],
      ['null', null],
      ['a string', 'ECONNREFUSED'],
      ['a number', 7],
      ['a bigint', 7n],
      ['a symbol', Symbol('ECONNREFUSED')],
      ['a function', () => {}],
      ['an empty object', {}],
      ['an object without a prototype', Object.create(null)],
      ['a code that is a number', new DOMException('aborted', 'AbortError')],
      ['a code that is an object', {code: {toString: trap}}],
      ['a message that is none', {message: {toString: trap}}],
      ['a cause that is a string', new TypeError('odd', {cause: 'ECONNREFUSED'})],
      ['a getter that throws', Object.defineProperty(new Error('x'), 'code', {get: trap})],
      ['a cause that throws', Object.defineProperty(new Error('x'), 'cause', {get: trap})],
      ['a message that throws', Object.defineProperty(coded({code: 'ECONNREFUSED'}), 'message', {get: trap})],
      ['a proxy that refuses all', new Proxy({}, {get: trap, has: trap, getPrototypeOf: trap})],
      ['a revoked proxy', revoked],
    ] as [string, unknown][]) {
      it(`${what} is red, and nothing is thrown`, () => {
        expect(isNetworkFailure(error)).to.equal(false);
        expect(classified(error)).to.deep.include({transient: false, sent: 'maybe-processed'});
      });
    }

    it('a value that is not an error has no classification of its own', () => {
      const nothing = {tried: [], codes: [], message: '', looksLikeNetwork: false};
      const spoken = {toString: () => 'ECONNREFUSED'};
      for (const error of [
        undefined,
        null,
        'fetch failed',
        {},
        {code: spoken},
        Object.assign(() => {}, {code: 'EPIPE'}),
      ])
        expect(readFailure(error)).to.deep.equal(nothing);
      const cause = Object.assign(() => {}, {code: 'EPIPE'});
      expect(readFailure({cause}), 'nor does a function for a cause').to.deep.equal(nothing);
    });

    it('a cause that is its own cause', () => {
      const error = coded({code: 'ECONNRESET'});
      error.cause = error;
      expect(colourOf(classified(error))).to.equal('yellow');
    });

    it('a frozen error is read and left alone', () => {
      const error = Object.freeze(thrown({code: 'ECONNREFUSED'}));
      expect(colourOf(classified(error))).to.equal('green');
    });

    it('errors of another realm are as good as ours', () => {
      const make = (source: string) => runInNewContext(source) as unknown;
      const foreign = make("new TypeError('x', {cause: Object.assign(new Error('y'), {code: 'ECONNREFUSED'})})");
      expect(foreign).not.to.be.instanceof(Error);
      expect(colourOf(classified(foreign))).to.equal('green');
      const many = make(
        "new TypeError('x', {cause: new AggregateError([{code: 'ECONNREFUSED'}, {code: 'ECONNRESET', syscall: 'read'}])})",
      );
      expect(colourOf(classified(many))).to.equal('yellow');
      expect(colourOf(classified(make("new TypeError('Failed to fetch')")))).to.equal('yellow');
    });

    for (const [what, cause] of [
      ["msw's Response.error(), which has neither code nor message", Response.error()],
      ['an empty object', {}],
      ['a number for a code and an object for a message', {code: 7, message: {}}],
      ['an array', []],
    ] as [string, unknown][]) {
      it(`a cause without a code is skipped: ${what} @T61`, () => {
        const found = classified(new TypeError('fetch failed', {cause}));
        expect([colourOf(found), found.reason]).to.deep.equal(['yellow', 'network']);
        expect(readFailure(Object.assign(new Error('x', {cause}), {code: 'EPIPE'})).codes).to.deep.equal(['EPIPE']);
      });
    }

    it('the code of the error itself counts where the cause has none', () => {
      const error = Object.assign(new Error('wrapped', {cause: new Error('inner')}), {code: 'ECONNREFUSED'});
      expect(readFailure(error).codes).to.deep.equal(['ECONNREFUSED']);
    });
  });
});
