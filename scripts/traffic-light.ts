/**
 * Writes the tables of docs/traffic-light.md: what the code itself says of each answer and each failure, under the defaults.
 *
 * `npm run generate` runs it; the text around the tables is written by hand.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {answered, failed, type Outcome} from '../src/core/outcome.ts';
import type {AnswerContext} from '../src/decide/answers.ts';
import {grpcAnswers} from '../src/decide/answers-grpc.ts';
import {httpAnswers} from '../src/decide/answers-http.ts';
import {type Classification, lightOf, type Sent} from '../src/decide/classification.ts';
import {classify} from '../src/decide/classify.ts';
import {classifyErrorBody} from '../src/decide/classify-error-body.ts';
import type {ErrorFacts} from '../src/decide/error-body.ts';
import {CODE_NAMES, codeName} from '../src/decide/grpc-codes.ts';
import type {GrpcAnswer} from '../src/decide/grpc-hint.ts';
import {sourceOf, vendorOf} from '../src/decide/refusal-sources.ts';
import {REFUSALS, type Refusal} from '../src/decide/refusals.ts';
import {Transients} from '../src/decide/transients.ts';
import {defaultPolicy} from '../src/policy/defaults.ts';

const PAGE = new URL('../docs/traffic-light.md', import.meta.url);

const context: AnswerContext = {
  transients: new Transients(defaultPolicy.retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes: false,
};

/** What happened, in words, and how it is classified. */
type Row = readonly [what: string, classification: Classification];

const classified = (outcome: Outcome, known: Partial<AnswerContext> = {}): Classification =>
  classify(outcome, httpAnswers, {...context, ...known});

const http = (status: number, headers: Record<string, string> = {}, known?: Partial<AnswerContext>): Classification =>
  classified(answered(new Response(null, {status, headers})), known);

const grpc = (
  code: number,
  trailers: Record<string, string> = {},
  {
    committed = false,
    sent = 'maybe-processed',
    refreshes = false,
  }: {committed?: boolean; sent?: Sent; refreshes?: boolean} = {},
): Classification => {
  const answer: GrpcAnswer = {status: code, committed, sent, trailer: name => trailers[name]};
  return grpcAnswers.classify(answer, {...context, refreshes});
};

const broken = (code: string, facts: object = {}, message = code): Outcome => {
  const cause = Object.assign(new Error(message), {code, ...facts});
  return failed('network', new TypeError('fetch failed', {cause}));
};

/** Statuses that mean the same are one row. */
function statuses(): Row[] {
  const groups = new Map<string, {codes: number[]; classification: Classification}>();
  for (let status = 400; status < 600; status++) {
    const classification = http(status);
    const key = cells(classification).join();
    const group = groups.get(key) ?? {codes: [], classification};
    group.codes.push(status);
    groups.set(key, group);
  }
  const rows = [...groups.values()].sort(
    (a, b) => Number(b.classification.transient) - Number(a.classification.transient),
  );
  return rows.map(({codes, classification}) => [
    classification.transient ? codes.join(', ') : 'every other 4xx and 5xx',
    classification,
  ]);
}

const TABLES: Readonly<Record<string, () => readonly Row[]>> = {
  http: () => [
    ...statuses(),
    ['401, where `prepareAttempt` can make a new token', http(401, {}, {refreshes: true})],
    ['403 with `Retry-After`, or with `X-RateLimit-Remaining: 0`', http(403, {'retry-after': '1'})],
    ['409, after an attempt that carried the key', http(409, {}, {keyed: true, keySentBefore: true})],
    ['422, with a key', http(422, {}, {keyed: true})],
    ['any of them with `x-envoy-ratelimited`', http(429, {'x-envoy-ratelimited': 'true'})],
    ['503 with `x-envoy-overloaded`', http(503, {'x-envoy-overloaded': 'true'})],
    ['any of them with `x-should-retry: false`', http(503, {'x-should-retry': 'false'})],
    ['any of them with `Idempotent-Replayed: true`', http(503, {'idempotent-replayed': 'true'})],
  ],
  bodies: refusals,
  transport: () => [
    ['nothing listens (`ECONNREFUSED`)', classified(broken('ECONNREFUSED', {syscall: 'connect'}))],
    ['no such name (`ENOTFOUND`, `EAI_AGAIN`)', classified(broken('ENOTFOUND'))],
    [
      'no route for a new connection (`EHOSTUNREACH`, `ENETUNREACH`)',
      classified(broken('EHOSTUNREACH', {syscall: 'connect'})),
    ],
    ['the connection took too long (`UND_ERR_CONNECT_TIMEOUT`)', classified(broken('UND_ERR_CONNECT_TIMEOUT'))],
    ['any other failure to connect (`connect EMFILE`)', classified(broken('EMFILE', {syscall: 'connect'}))],
    [
      'a stream that HTTP/2 refused (`REFUSED_STREAM`)',
      classified(broken('ERR_HTTP2_STREAM_ERROR', {}, 'NGHTTP2_REFUSED_STREAM')),
    ],
    [
      'a connection or a stream that broke (`ECONNRESET`, `EPIPE`, `UND_ERR_SOCKET`, `UND_ERR_INFO`)',
      classified(broken('ECONNRESET', {syscall: 'read'})),
    ],
    [
      'a proxy that refused or closed the tunnel to the server (`UND_ERR_PRX_CONN`)',
      classified(broken('UND_ERR_PRX_CONN')),
    ],
    [
      'the route of an open connection was lost (`read EHOSTUNREACH`, `write ENETUNREACH`)',
      classified(broken('EHOSTUNREACH', {syscall: 'read'})),
    ],
    ['no headers in time (`UND_ERR_HEADERS_TIMEOUT`)', classified(broken('UND_ERR_HEADERS_TIMEOUT'))],
    ['the attempt timeout', classified(failed('attempt-timeout', null))],
    ['the attempt timeout, before the request was given to fetch', classified(failed('attempt-timeout', null, false))],
    ['an event stream without content for `stream.firstContentMs`', classified(failed('content-timeout', null))],
    [
      'an event stream that ended without content and without its end mark (`STREAM_INCOMPLETE`)',
      classified(broken('STREAM_INCOMPLETE')),
    ],
    ['an invalid certificate (`CERT_HAS_EXPIRED`)', classified(broken('CERT_HAS_EXPIRED'))],
    ['the deadline', classified(failed('deadline', null))],
    ['the caller’s abort or cancel', classified(failed('aborted', null))],
    ['a function of the user’s that threw', classified(failed('hook', null))],
  ],
  grpc: () => [
    ['`UNAVAILABLE`', grpc(14)],
    ['`UNAVAILABLE`, because no connection could be made', grpc(14, {}, {sent: 'not-sent'})],
    [
      '`UNAVAILABLE`, because HTTP/2 refused the stream (`REFUSED_STREAM`, or a GOAWAY that names an earlier one)',
      grpc(14, {}, {sent: 'not-processed'}),
    ],
    ['`UNAVAILABLE`, after headers or a message had come', grpc(14, {}, {committed: true})],
    ['`RESOURCE_EXHAUSTED` with pushback or `RetryInfo`', grpc(8, {'grpc-retry-pushback-ms': '50'})],
    ['`RESOURCE_EXHAUSTED` without a word', grpc(8)],
    ['any code with a pushback that is negative or unreadable', grpc(14, {'grpc-retry-pushback-ms': '-1'})],
    ['`UNAUTHENTICATED`, where `prepareAttempt` can make a new token', grpc(16, {}, {refreshes: true})],
    [`every other code: ${others()}`, grpc(2)],
  ],
};

/** Errors whose body can change what the status says; the others are as their status. */
function refusals(): readonly Row[] {
  return REFUSALS.filter(({means}) => means !== 'invalid').map(row => [
    `${row.status}, ${wordsOf(row)} ([${vendorOf(row)}](${sourceOf(row)}))`,
    classifyErrorBody(http(row.status), factsOf(row), row.status, context.transients),
  ]);
}

function wordsOf({in: place, words}: Refusal): string {
  const quoted = words.map(word => `\`${word}\``).join(', ');
  return place === 'code' ? quoted : `${quoted} in the ${place === 'message' ? 'message' : 'name of the quota'}`;
}

/** An error of which only this row knows anything. */
const factsOf = ({in: place, words}: Refusal): ErrorFacts => ({
  codes: place === 'code' ? words : [],
  message: place === 'message' ? words[0]! : '',
  quotas: place === 'quota' ? words : [],
  hint: null,
});

function others(): string {
  const red = CODE_NAMES.filter((name, code) => code > 0 && !grpc(code).transient && name !== 'RESOURCE_EXHAUSTED');
  if (red.some(name => grpc(CODE_NAMES.indexOf(name)).sent !== grpc(2).sent)) throw new Error('No longer one row.');
  return red.map(name => `\`${codeName(CODE_NAMES.indexOf(name))}\``).join(', ');
}

const HOW_FAR: Readonly<Record<Classification['sent'], string>> = {
  'not-sent': 'never left',
  'not-processed': 'certainly not',
  'maybe-processed': 'perhaps',
  processed: 'yes',
};

function cells(classification: Classification): [light: string, acted: string, again: string] {
  const {sent, throttled, once, final} = classification;
  const light = lightOf(classification);
  if (light === 'red')
    return [
      light,
      final && sent === 'processed' ? 'yes' : 'no matter',
      final ? 'never, whatever the policy says' : 'no',
    ];
  const again = light === 'green' ? 'yes' : 'if the method is idempotent, or with a key';
  const how = [once ? 'once, at once' : '', throttled ? 'on the server’s delay' : ''].filter(Boolean).join(', ');
  return [light, HOW_FAR[sent], how === '' ? again : `${again}; ${how}`];
}

/** The page with its tables as the code has them now. */
export function withTables(page: string): string {
  return page.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const rows = TABLES[name]!().map(
        ([what, classification]) => `| ${what} | ${cells(classification).join(' | ')} |`,
      );
      return `${begin}| what happened | light | acted on? | sent again |\n|---|---|---|---|\n${rows.join('\n')}\n${end}`;
    },
  );
}

export const readPage = (): string => readFileSync(PAGE, 'utf8');

if (import.meta.main) writeFileSync(PAGE, withTables(readPage()));
