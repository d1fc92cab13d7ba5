/** Scenes that run through each adapter but fetch: what an engine shared by all of them could confuse. */
import type {PolicyInput, Ports} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ADAPTERS} from './adapters.ts';
import {type Answer, events, type Script, Server} from './answers.ts';
import {QUICK, type Scenes} from './scene.ts';
import {Stage} from './stage.ts';

/** Bytes of a google.rpc.Status that asks for so many seconds, in base64. */
function retryInfo(seconds: number, type = 'type.googleapis.com/google.rpc.RetryInfo'): string {
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
  const duration = Buffer.from([8, seconds, 16, 0x80, 0xca, 0xb5, 0xee, 1]);
  const detail = Buffer.concat([field(1, Buffer.from(type)), field(2, field(1, duration))]);
  return Buffer.concat([
    Buffer.from([8, 14, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4]),
    field(2, Buffer.from('busy')),
    field(3, detail),
  ]).toString('base64');
}

const GRPC_ANSWERS: readonly Record<string, string>[] = [
  ...Array.from({length: 17}, (_, code) => ({'grpc-status': String(code)})),
  {'grpc-status': '99'},
  ...['0', '30', '-1', 'x', '2147483648'].map(ms => ({'grpc-status': '14', 'grpc-retry-pushback-ms': ms})),
  {'grpc-status': '8', 'grpc-retry-pushback-ms': '20'},
  ...[1, 2].map(seconds => ({'grpc-status': '8', 'grpc-status-details-bin': retryInfo(seconds)})),
  {'grpc-status': '8', 'grpc-status-details-bin': retryInfo(1, 'google.rpc.Help')},
  {'grpc-status': '14', 'grpc-status-details-bin': retryInfo(1).slice(0, 60)},
  {'grpc-status': '14', 'grpc-status-details-bin': 'CwoLCw=='},
  {'grpc-status': '14', begins: 'yes'},
];

interface AdapterScene {
  readonly policy: PolicyInput;
  readonly answer: Script;
  readonly ports?: (stage: Stage) => Ports;
  readonly meanwhile?: (stage: Stage) => void;
  readonly leaveMs?: readonly (number | null)[];
  readonly url?: string;
  /** Default: 7. */
  readonly calls?: number;
  /** Default: those that can do everything. */
  readonly through?: readonly string[];
}

const oneOf =
  (...answers: readonly Answer[]): Script =>
  (_arrival, stage) => ({afterMs: stage.pick([10, 70, 150]), ...stage.pick(answers)});

const OFTEN: readonly Answer[] = [
  {body: ['{"a"', 200, ':1}']},
  {},
  {status: 503},
  {status: 429, headers: {'retry-after': '1'}},
  {fails: 'ECONNREFUSED'},
  {status: 404},
];
const REGIONS = [
  {name: 'eu', origin: 'https://eu.test', readyPath: '/ready'},
  {name: 'us', origin: 'https://us.test'},
] as const;

const HTTP = ['ky, our loop', 'ky’s own loop', 'undici'];
const ALL = [...HTTP, 'gRPC', 'functions'];
/** No timer of a scene may be armed while ky waits in its own loop, which it does in real time. */
const NOT_IN_TURN = ALL.filter(name => !ADAPTERS[name]!.inTurn);

const SCENES: Readonly<Record<string, AdapterScene>> = {
  'a quota, a concurrency limit and a hold': {
    policy: {
      quota: {limits: [{unit: 'tokens', max: 500, perMs: 1000}], maxWaitMs: 1500, queue: 4},
      concurrency: {max: 2, queue: 3},
      retryAfter: {scope: 'origin', maxMs: 1200},
      budget: null,
    },
    answer: oneOf(...OFTEN),
    leaveMs: [null, null, -1, 40, 400],
  },
  'a breaker and a budget': {
    policy: {breaker: {kind: 'consecutive', failures: 2, openMs: 300, probes: 1}, budget: {capacity: 25}},
    answer: oneOf({}, {status: 503}, {status: 500}, {fails: 'ECONNRESET'}),
  },
  'hedges, with a quota and a concurrency limit': {
    policy: {
      hedge: {delayMs: 40, maxLoadRatio: 1},
      quota: {limits: [{unit: 'requests', max: 6, perMs: 1000}]},
      concurrency: {max: 3, queue: 3},
      idempotency: {},
    },
    answer: oneOf({}, {}, {status: 503}, {fails: 'hang'}),
    leaveMs: [null, null, 60],
    through: NOT_IN_TURN,
  },
  'keys, numbered attempts, deadlines, and a client above that retries': {
    policy: {idempotency: {}, attemptHeader: 'x-attempt', deadlineHeader: 'x-deadline-ms', deadlineMs: 500},
    answer: oneOf(...OFTEN),
  },
  'a function of the user throws': {
    policy: {idempotency: {}, concurrency: {max: 2, queue: 9}, breaker: {kind: 'consecutive', failures: 9}},
    answer: oneOf(...OFTEN),
    ports: stage => ({
      prepareAttempt: ({headers, attempt}) => {
        if (stage.random() < 0.2) throw new Error('no token');
        headers.set('x-token', String(attempt));
      },
      classify: ({kind}) => {
        if (stage.random() < 0.1) throw new Error('cannot say');
        return kind === 'response' && stage.random() < 0.2
          ? {transient: stage.pick([true, false]), reason: 'odd'}
          : undefined;
      },
    }),
  },
  'retries are switched off, and another policy': {
    policy: {maxAttempts: 4, budget: null},
    answer: oneOf({status: 503}, {status: 503}, {}),
    through: NOT_IN_TURN,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(300).then(() => handle.disableRetries());
      void clock.sleep(800).then(() => handle.enableRetries());
      void clock.sleep(1000).then(() => handle.replace({...QUICK, backoff: AT_ONCE, maxAttempts: 1}));
    },
  },
  'several endpoints, one of which warms up': {
    policy: {endpoints: REGIONS, failover: {sharedKeys: true}, budget: null, breaker: null, idempotency: {}},
    answer: ({path, host}, stage) =>
      path === '/ready'
        ? {status: stage.clock.now() < 500 ? 503 : 200}
        : {afterMs: 20, status: host === 'eu.test' ? stage.pick([503, 503, 200]) : stage.pick([200, 200, 500])},
    url: 'https://eu.test/items',
    leaveMs: [null, null, 30],
    through: HTTP,
  },
  'every status, and what trailers say': {
    policy: {maxAttempts: 2, budget: null, breaker: null, idempotentMethods: ['POST']},
    answer: ({number}) => ({headers: GRPC_ANSWERS[number % GRPC_ANSWERS.length]!}),
    calls: 34,
    through: ['gRPC'],
  },
  'every status that is listed': {
    policy: {maxAttempts: 2, budget: null, breaker: null, retryOn: ['RESOURCE_EXHAUSTED', 'ABORTED', 'INTERNAL']},
    ports: () => ({prepareAttempt: () => {}}),
    answer: ({number}) => ({headers: GRPC_ANSWERS[number % GRPC_ANSWERS.length]!}),
    calls: 20,
    through: ['gRPC'],
  },
  'timeouts of ky': {
    policy: {refusals: {}, idempotency: {}, concurrency: {max: 2, queue: 2}, budget: {capacity: 40}},
    answer: oneOf(
      {body: ['{"a"', 150, ':1', 150, '}']},
      {body: ['{"a"', 500, ':1}']},
      {status: 503, body: ['{"error":', 90, '{}}'], headers: {'content-type': 'application/json'}},
      {status: 503},
      {fails: 'hang'},
    ),
    leaveMs: [null, null, null, -1, 50],
    calls: 14,
    through: ['ky, with timeouts of its own'],
  },
  'hooks of ky': {
    policy: {refusals: {}, idempotency: {}, concurrency: {max: 2, queue: 2}, budget: {capacity: 40}},
    answer: oneOf(
      {},
      {status: 503, body: '{"error":{}}', headers: {'content-type': 'application/json'}},
      {status: 500},
      {status: 429},
      {fails: 'ECONNRESET'},
    ),
    leaveMs: [null, null, null, -1],
    calls: 16,
    through: ['ky’s own loop, with hooks'],
  },
  'event streams and paid attempts': {
    policy: {stream: {firstContentMs: 100}, refusals: {}, paid: {maxPaidAttempts: 2}, maxAttempts: 4, budget: null},
    answer: oneOf(
      events({type: 'ping'}, 20, {choices: [{delta: {content: 'Hi'}}]}),
      events({type: 'ping'}, 20, {type: 'error', error: {type: 'overloaded_error'}}),
      events({type: 'ping'}, 200, {choices: [{delta: {content: 'Hi'}}]}),
      {status: 429, body: '{"error":{"code":"insufficient_quota"}}', headers: {'content-type': 'application/json'}},
      {fails: 'hang'},
    ),
    through: HTTP,
  },
};

export const adapterScenes: Scenes = Object.fromEntries(
  Object.entries(SCENES).flatMap(([name, scene], index) =>
    (scene.through ?? ALL).map(adapter => [`${adapter}: ${name}`, () => play(scene, adapter, 2300 + 2 * index)]),
  ),
);

async function play(scene: AdapterScene, name: string, seed: number): Promise<string[]> {
  const {policy, answer, ports, leaveMs = [null], url = 'https://api.test/items', calls = 7} = scene;
  const {adapter, inTurn} = ADAPTERS[name]!;
  const stage = new Stage({
    policy: {...QUICK, ...policy, ...(inTurn && {backoff: AT_ONCE, retryAfter: {honor: false}})},
    seed,
    detail: 'events',
  });
  const client = adapter(stage, new Server(stage, answer), {...stage.ports, ...ports?.(stage)});
  scene.meanwhile?.(stage);
  const call = async (index: number): Promise<void> => {
    const method = stage.pick(['GET', 'POST'] as const);
    await client(`call ${index + 1}`, {
      method,
      url,
      headers: stage.pick<Record<string, string>>([{}, {'idempotency-key': 'mine'}, {'x-stainless-retry-count': '1'}]),
      body: method === 'POST' ? '{"max_tokens":90}' : null,
      leaveMs: stage.pick(inTurn ? leaveMs.filter(ms => ms === null || ms < 0) : leaveMs),
    });
  };
  return inTurn ? stage.playInTurn(calls, call) : stage.play(calls, 1200, call);
}
