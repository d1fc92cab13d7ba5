/** Tables of what servers, networks and callers can say, and what the engine makes of each. */
import {createFetch} from '../../src/core.ts';
import {guard} from '../../src/function.ts';
import {ERRORS, HEADERS, HINTS, STATUSES} from './answer-rows.ts';
import {events} from './answers.ts';
import {EU, REGIONS} from './failover-scenes.ts';
import {CODES, THROWN, withCause} from './failure-rows.ts';
import {nameOf} from './recorder.ts';
import {ASKED, BODIES, CARRIED, elsewhere, SITES, URLS} from './request-rows.ts';
import {HOME, type Scenes} from './scene.ts';
import {Stage} from './stage.ts';
import {STREAM_CODES, STREAMS} from './stream-rows.ts';
import {playTable, QUIET, rowsOf, type Table} from './table.ts';

const tables: Readonly<Record<string, Table>> = {
  'statuses of a GET': {rows: rowsOf(STATUSES, status => ({answer: {status}}))},
  'statuses of a POST with a key': {
    rows: rowsOf([401, 403, 409, 422, 425, 500, 503], status => ({
      answer: {status},
      method: 'POST',
      headers: {'idempotency-key': 'mine'},
    })),
    policy: {idempotency: {}, retryOn: [409, 422, 503]},
    ports: {prepareAttempt: () => {}},
  },
  'statuses of a POST without a key': {
    rows: rowsOf([401, 408, 421, 425, 429, 500, 503, 529], status => ({answer: {status}, method: 'POST'})),
  },
  'answers after a failure': {
    rows: {
      'a key in use': {
        method: 'POST',
        headers: {'idempotency-key': 'mine'},
        answer: {status: 503},
        next: {status: 409},
      },
      'a key used before': {
        method: 'POST',
        headers: {'idempotency-key': 'mine'},
        answer: {status: 503},
        next: {status: 422},
      },
      'another failure': {answer: {status: 503}, next: {status: 429, headers: {'retry-after': '1'}}},
      'an early failure twice': {answer: {status: 425}, next: {status: 425}},
      'a refused connection after a redirect': {method: 'POST', answer: {status: 429, isRedirected: true}},
      'a request that timed out after a redirect': {method: 'POST', answer: {status: 408, isRedirected: true}},
      'a forbidden rate': {answer: {status: 403, headers: {'retry-after': '1'}}, next: {status: 403}},
    },
    policy: {maxAttempts: 3, retryOn: [403, 429, 503, 'network']},
  },
  'bodies of errors': {
    rows: rowsOf(ERRORS, ([status, body]) => ({
      answer: {status, body: JSON.stringify(body), headers: {'content-type': 'application/json'}},
      method: 'POST',
    })),
    policy: {refusals: {}, idempotentMethods: ['POST'], retryAfter: {maxMs: 100_000}},
  },
  'paid attempts': {
    rows: {
      ...rowsOf(CODES.slice(9, 16), code => ({method: 'POST', answer: {throws: {value: withCause({code})}}})),
      ...rowsOf([408, 429, 500, 504, 524], status => ({method: 'POST', answer: {status}})),
    },
    policy: {paid: {}, attemptTimeoutMs: null, idempotentMethods: ['POST']},
  },
  'triggers by group': {
    rows: rowsOf([400, 403, 499, 500, 501, 505, 511, 512, 599], status => ({answer: {status}})),
    policy: {retryOn: ['4xx', '5xx']},
  },
  'headers that decide': {rows: rowsOf(HEADERS, ([status, headers]) => ({answer: {status, headers}}))},
  hints: {rows: rowsOf(HINTS, headers => ({answer: {status: 429, headers}}))},
  'thrown by the fetch': {rows: THROWN},
  'thrown by the fetch of a POST': {
    rows: rowsOf(CODES.slice(0, 18), code => ({answer: {throws: {value: withCause({code})}}, method: 'POST'})),
  },
  'only timeouts are retried': {
    rows: rowsOf(CODES.slice(8, 16), code => ({answer: {throws: {value: withCause({code})}}})),
    policy: {retryOn: ['timeout']},
  },
  URLs: {rows: rowsOf(URLS, url => ({url})), policy: {queryAllowList: ['page', 'shown', 'token']}},
  'streams of events': {rows: STREAMS, policy: {stream: {}, refusals: {}, idempotentMethods: ['POST']}},
  'errors of streams by their code': {
    rows: rowsOf(STREAM_CODES, code => ({answer: events({error: {code, type: code}}), method: 'POST', body: '{}'})),
    policy: {stream: {}, refusals: {}, idempotentMethods: ['POST']},
  },
  'streams that are late': {
    rows: {
      'a GET': {answer: events(300)},
      'a POST': {answer: events(300), method: 'POST'},
    },
    policy: {stream: {firstContentMs: 100}, retryOn: [503]},
  },
  'tokens that bodies ask for': {
    rows: rowsOf(ASKED, body => ({method: 'POST', body})),
    policy: {quota: {limits: [{unit: 'tokens', max: 60, perMs: 100}], maxWaitMs: 1000}},
  },
};

/** Each pair of sites is a policy of its own. */
const siteTables = Object.fromEntries(
  SITES.map(([home, away]) => [
    `what goes from ${home} elsewhere`,
    {
      rows: rowsOf([...CARRIED, {url: `${home}/?page=1&token=x;y=2`}, {url: `${home}/?secret`}], call => ({
        answer: {status: 503},
        next: {status: 500},
        url: `${home}/`,
        ...call,
      })),
      policy: {
        ...elsewhere(home, away),
        failover: {sharedKeys: true},
      },
    },
  ]),
);

const scenes = (from: number, named: Readonly<Record<string, Table>>): Scenes =>
  Object.fromEntries(Object.entries(named).map(([name, table], index) => [name, () => playTable(table, from + index)]));

export const tableScenes: Scenes = {
  ...scenes(2400, {...tables, ...siteTables}),
  // Made anew: a body can be read once.
  'bodies that are sent': () =>
    playTable({rows: BODIES(), policy: {replayLimitBytes: 20, idempotentMethods: ['POST']}}, 2450),
  'translations that are wrong': () => {
    const wrong = wrongTranslations();
    return playTable(
      {
        rows: rowsOf(
          [
            {path: 'x'},
            {path: '//evil.test/'},
            {body: 5},
            {body: [1, 2]},
            {headers: {'Idempotency-Key': 'x'}},
            {headers: {'x-a': null, 'x-b': '1'}},
            {},
          ],
          each => ({
            url: EU,
            headers: {'x-a': '1'},
            method: 'PUT',
            body: 'x',
            answer: {status: 503},
            resilience: {'x-case': each},
          }),
        ),
        policy: {endpoints: REGIONS!, failover: {sharedKeys: true, headers: ['x-a']}},
        ports: {translate: () => wrong.shift()},
      },
      2460,
    );
  },
  'what functions return': functions,
};

const wrongTranslations = (): object[] => [
  {path: 'x'},
  {path: '//evil.test/'},
  {body: 5},
  {body: Buffer.from('new')},
  {headers: {'Idempotency-Key': 'x'}},
  {headers: {'x-a': null, 'x-b': '1'}},
  Promise.resolve({}),
];

/** Usage that corrects a quota, and errors of other clients. */
async function functions(): Promise<string[]> {
  const quota = {limits: [{unit: 'tokens', max: 1000, perMs: 60_000}]} as const;
  const stage = new Stage({policy: {...QUIET, quota}, seed: 2470, detail: 'events'});
  const call = guard(stage.handle, {...stage.ports, on: undefined, observer: null, name: 'shop'} as object);
  const circular: Record<string, unknown> = {};
  circular.usage = circular;
  const values: readonly unknown[] = [
    {usage: {input_tokens: 5, output_tokens: 7, cache_creation_input_tokens: 2}},
    {body: {usageMetadata: {promptTokenCount: 4, candidatesTokenCount: 3, thoughtsTokenCount: 9}}},
    {prompt_eval_count: 6, eval_count: 8},
    {usage: {}},
    {usage: null},
    circular,
    'text',
    null,
  ];
  const thrown: readonly unknown[] = [
    {status: 503},
    {statusCode: 429, headers: {'retry-after': '1'}},
    {response: {status: 500, headers: new Headers({'retry-after-ms': '20'})}},
    Object.assign(new Error('x'), {code: 'ECONNRESET'}),
    new Error('x'),
    'text',
    null,
  ];
  const inner = ([1, 2] as const).map(maxAttempts =>
    createFetch(
      {...QUIET, maxAttempts},
      {...stage.ports, fetch: async () => new Response(null, {status: 503}), observer: null},
    ),
  );
  const calls = values.length + thrown.length + inner.length;
  return stage.playInTurn(calls, async index => {
    const value = await call(
      (_signal, {attempt}) => {
        if (index >= values.length + thrown.length) return inner[index - values.length - thrown.length]!(HOME);
        if (index >= values.length && attempt === 1) throw thrown[index - values.length];
        return values[index];
      },
      {idempotent: true, tokens: {inputTokens: 20, outputTokens: 30}},
    ).catch(nameOf);
    stage.recorder.note(`call ${index + 1}`, {
      value: typeof value === 'string' ? value : typeof value,
      quotas: stage.handle.snapshot(stage.clock.now()).origins[0]?.quotas,
    });
  });
}
