/**
 * What a log does not say is never taken for safe: an earlier try of a proxy or of a redirect, a connection that was open, the request that an error
 * belongs to, the headers of an answer. Each line is in the format of its writer; the values are made up.
 */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

/** `POST 503 maybe-processed yellow medium`. */
const read = (log: string): string[] =>
  triaged(log).failures.map(({method, signal, sent, light, confidence}) =>
    [method ?? '?', signal, sent, light, confidence].join(' '),
  );

const missingOf = (log: string): string =>
  triaged(log)
    .failures.map(({missing}) => missing.join('; '))
    .join('\n');

type Case = readonly [title: string, log: string, ...expected: string[]];

function reads(cases: readonly Case[]): void {
  for (const [title, log, ...expected] of cases) it(`reads ${title}`, () => expect(read(log)).to.deep.equal(expected));
}

const haproxy = (times: string, end: string): string =>
  `10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 ${times} 0/0 "POST /charge HTTP/1.1"`.replace('END', end);

describe('triage: earlier tries of HAProxy', () => {
  reads([
    [
      'an answer that the proxy refused as malformed',
      haproxy('0/0/1/-1/5 502 209 - - PH-- 1/1/0/0/0', ''),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a body that the proxy refused as malformed',
      haproxy('0/0/1/2/5 502 209 - - PD-- 1/1/0/0/0', ''),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a request that a rule of the proxy denied',
      haproxy('0/-1/-1/-1/0 429 188 - - PR-- 1/1/0/0/0', ''),
      'POST 429 not-processed green high',
    ],
    ...['-1', '-6', '-1001'].map(
      (connect): Case => [
        `a second server without a connection, Tc ${connect}`,
        haproxy(`0/1/${connect}/-1/1 503 217 - - SC-- 1/1/0/0/+1`, ''),
        'POST 503 maybe-processed yellow medium',
      ],
    ),
    [
      'the same server, tried three times more',
      haproxy('0/0/-1/-1/3003 503 217 - - SC-- 1/1/0/0/3', ''),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'an answer after a redispatch that alone is harmless',
      haproxy('0/1/0/3/4 429 217 - - ---- 1/1/0/0/+1', ''),
      'POST 429 maybe-processed yellow medium',
    ],
    [
      'a server without a connection, asked once',
      haproxy('0/0/-1/-1/3 503 217 - - SC-- 1/1/0/0/0', ''),
      'POST 503 not-sent green high',
    ],
  ]);

  it('names the tries that are not logged', () =>
    expect(missingOf(haproxy('0/1/-1/-1/1 503 217 - - SC-- 1/1/0/0/+1', ''))).to.include('earlier tries of the proxy'));
});

const envoy = (end: string): string =>
  `[2026-11-24T10:15:02.000Z] "POST /charge HTTP/1.1" ${end} - "-" 10 91 5 - "-" "curl/8" "id-1" "pay.test" "10.0.0.9:80"`;

describe('triage: earlier tries of Envoy', () => {
  reads([
    [
      'a connection that ended within the answer',
      envoy('503 UF upstream_reset_after_response_started{connection_termination}'),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'the same in JSON',
      '{"method":"POST","path":"/charge","response_code":503,"response_flags":"UF","response_code_details":"upstream_reset_after_response_started{connection_termination}","start_time":"2026-11-24T10:15:02.310Z"}',
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'a connection that was not made, after retries',
      envoy('503 UF,URX upstream_reset_before_response_started{remote_connection_failure}'),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'a connection that was not made',
      envoy('503 UF upstream_reset_before_response_started{remote_connection_failure}'),
      'POST 503 not-sent green high',
    ],
    [
      'the text of its answer after retries',
      'HTTP 503: upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused',
      '? ECONNREFUSED maybe-processed yellow low',
    ],
    [
      'an answer of 200 whose connection ended within the body',
      envoy('200 UC upstream_reset_after_response_started{connection_termination}'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
  ]);
});

const nginx = (connection: number, message: string, server = '10.0.0.8:80', path = '/charge'): string =>
  `2026/11/24 10:15:02 [error] 29#29: *${connection} ${message}, client: 10.0.0.7, server: shop.test, request: "POST ${path} HTTP/1.1", upstream: "http://${server}${path}", host: "shop.test"`;
const READING = 'upstream timed out (110: Connection timed out) while reading response header from upstream';
const REFUSED = 'connect() failed (111: Connection refused) while connecting to upstream';

describe('triage: tries of nginx', () => {
  reads([
    [
      'a server that timed out, then one that refused, as one request',
      [nginx(19, READING), nginx(20, REFUSED, '10.0.0.9:80', '/other'), nginx(19, REFUSED, '10.0.0.9:80')].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
      'POST ECONNREFUSED not-sent green medium',
    ],
    [
      'a server that refused, then one that timed out, as one request',
      [nginx(19, REFUSED), nginx(19, READING, '10.0.0.9:80')].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'the same server again as the next request of that connection',
      [nginx(19, READING), nginx(19, READING)].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'a remark on a server as no failure of its own',
      [
        nginx(3, READING),
        nginx(3, 'upstream server temporarily disabled while reading response header from upstream').replace(
          '[error]',
          '[warn]',
        ),
      ].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'a list of servers of which the first may have acted, in the access log',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "POST /charge HTTP/1.1" 429 157 "-" "curl/8" "504, 429"',
      'POST 429 maybe-processed yellow medium',
    ],
    [
      'a header that is too large',
      nginx(3, 'upstream sent too big header while reading response header from upstream'),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'an answer that is not HTTP',
      nginx(3, 'upstream sent no valid HTTP/1.0 header while reading response header from upstream'),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a request that broke off on its way',
      nginx(3, 'writev() failed (32: Broken pipe) while sending request to upstream'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
    [
      'a lost route of an open connection',
      nginx(3, 'recv() failed (113: No route to host) while reading response header from upstream'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
    [
      'a handshake that failed',
      nginx(3, 'SSL_do_handshake() failed (SSL: error:0A000410:SSL routines) while SSL handshaking to upstream'),
      'POST EPROTO maybe-processed red high',
    ],
    [
      'a name that is not known',
      nginx(3, 'host not found in upstream "pay.svc"'),
      'POST ENOTFOUND not-sent green medium',
    ],
    [
      'a body above its limit',
      nginx(3, 'client intended to send too large body: 10485761 bytes'),
      'POST 413 maybe-processed red high',
    ],
  ]);

  it('counts an error behind nginx in other words as not read, and none of its files', () => {
    const file = nginx(3, 'open() "/srv/favicon.ico" failed (2: No such file or directory)');
    const {failures, summary} = triaged(`${nginx(3, 'upstream did what nobody expects')}\n${file}\n`);
    expect(failures).to.deep.equal([]);
    expect(summary.unread).to.equal(1);
  });

  it('names what it assumes of servers that answered before', () =>
    expect(missingOf(nginx(3, REFUSED))).to.include('answers of other servers'));
});
