/** What browsers and proxies say of a failure, row by row: whether the request was sent decides whether a POST may be retried. */
import {expect} from 'chai';
import {triaged, triagedOne} from './triaged.ts';

/** `ECONNREFUSED not-sent green retry`. */
const found = (log: string): string => {
  const {signal, sent, light, decision} = triagedOne(log);
  return [signal, sent, light, decision].join(' ');
};

describe('triage: errors in a HAR file', () => {
  const har = (error: string): string =>
    JSON.stringify({
      log: {
        version: '1.2',
        entries: [
          {
            startedDateTime: '2026-11-24T10:15:02.000Z',
            request: {method: 'POST', url: 'https://a.test/', headers: []},
            response: {status: 0, _error: error},
          },
        ],
      },
    });

  for (const [error, expected] of [
    ['CONNECTION_REFUSED', 'ECONNREFUSED not-sent green retry'],
    ['NAME_NOT_RESOLVED', 'ENOTFOUND not-sent green retry'],
    ['ADDRESS_UNREACHABLE', 'EHOSTUNREACH not-sent green retry'],
    ['INTERNET_DISCONNECTED', 'ENETUNREACH not-sent green retry'],
    ['CONNECTION_TIMED_OUT', 'ETIMEDOUT not-sent green retry'],
    ['CONNECTION_RESET', 'ECONNRESET maybe-processed yellow retry-with-key'],
    ['CONNECTION_CLOSED', 'UND_ERR_SOCKET maybe-processed yellow retry-with-key'],
    ['EMPTY_RESPONSE', 'UND_ERR_SOCKET maybe-processed yellow retry-with-key'],
    ['TIMED_OUT', 'ETIMEDOUT maybe-processed yellow retry-with-key'],
    ['CERT_DATE_INVALID', 'CERT_HAS_EXPIRED not-sent red fix'],
    ['CERT_AUTHORITY_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN not-sent red fix'],
    ['CERT_COMMON_NAME_INVALID', 'ERR_TLS_CERT_ALTNAME_INVALID not-sent red fix'],
  ] as const)
    it(error, () => expect(found(har(`net::ERR_${error}`))).to.equal(expected));
});

describe('triage: errors of nginx', () => {
  const line = (message: string): string =>
    `2026/11/24 10:15:02 [error] 31#31: *17 ${message}, client: 10.0.0.7, server: api, request: "POST /predict HTTP/1.1", host: "api.test"`;

  for (const [message, expected] of [
    ['no live upstreams while connecting to upstream', 'ECONNREFUSED not-sent green retry'],
    ['upstream timed out (110: Connection timed out) while connecting to upstream', 'ETIMEDOUT not-sent green retry'],
    [
      'upstream timed out (110: Connection timed out) while SSL handshaking to upstream',
      'ETIMEDOUT not-sent green retry',
    ],
    [
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
      'attempt timeout maybe-processed yellow retry-with-key',
    ],
    ['connect() failed (111: Connection refused) while connecting to upstream', 'ECONNREFUSED not-sent green retry'],
    ['connect() failed (113: No route to host) while connecting to upstream', 'EHOSTUNREACH not-sent green retry'],
    [
      'connect() failed (101: Network is unreachable) while connecting to upstream',
      'ECONNREFUSED not-sent green retry',
    ],
    [
      'recv() failed (104: Connection reset by peer) while reading response header from upstream',
      'ECONNRESET maybe-processed yellow retry-with-key',
    ],
    [
      'upstream prematurely closed connection while reading response header from upstream',
      'UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    ['limiting requests, excess: 10.200 by zone "api"', '429 not-processed green wait'],
    ['limiting connections by zone "api"', '429 not-processed green wait'],
  ] as const)
    it(message, () => expect(found(line(message))).to.equal(expected));
});

describe('triage: the time of a line of nginx', () => {
  const at = (time: string): number | undefined =>
    triagedOne(`10.0.0.7 - - [${time}] "GET /a HTTP/1.1" 503 0 "-" "-"`).failure.at;

  'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').forEach((month, index) => {
    it(`is in ${month}`, () =>
      expect(at(`02/${month}/2026:10:15:02 +0000`)).to.equal(Date.UTC(2026, index, 2, 10, 15, 2)));
  });

  it('takes the zone into account', () => {
    expect(at('24/Nov/2026:10:15:02 -0330')).to.equal(Date.UTC(2026, 10, 24, 13, 45, 2));
  });

  it('is unknown where the month is not one', () => {
    expect(at('24/Foo/2026:10:15:02 +0000')).to.equal(undefined);
  });
});

describe('triage: a gRPC status in a span', () => {
  const span = (code: unknown): string =>
    JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
                  spanId: '00f067aa0ba902b7',
                  kind: 3,
                  status: {code: 2},
                  attributes: [
                    {key: 'rpc.system', value: {stringValue: 'grpc'}},
                    {key: 'rpc.method', value: {stringValue: 'Get'}},
                    {key: 'rpc.grpc.status_code', value: code},
                  ],
                },
              ],
            },
          ],
        },
      ],
    });

  it('is read as its number or its name', () => {
    for (const code of [{intValue: '16'}, {stringValue: 'UNAUTHENTICATED'}])
      expect(found(span(code))).to.match(/^UNAUTHENTICATED .* red fix$/);
  });

  it('is no failure above 16, the last status', () => {
    expect(triaged(span({intValue: '17'})).failures).to.deep.equal([]);
  });
});
