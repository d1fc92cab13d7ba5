/**
 * A secret in a URL, a header or a body is the caller's and the server's: no error of ours, no event and no report shows it, in
 * whatever way it is written down.
 */
import {writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {expect} from 'chai';
import {
  createFetch,
  definePolicy,
  type PolicyInput,
  type Ports,
  type RejectedError,
  reportOf,
  SteadfetchError,
  type SteadfetchEvent,
  type TimeoutError,
} from '../../src/core.ts';
import {loadPolicySync} from '../../src/load.ts';
import {answer, thrown, virtually} from '../call/world.ts';
import {ADAPTERS, type Init, meet} from '../faults/trial.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {settle} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';

const SECRET = 'qX7-zT9_wK3';
const URL_OF = `https://user:${SECRET}@h.test/p?page=1&token=${SECRET}&sig=${SECRET}#${SECRET}`;
const INIT = {
  method: 'PUT',
  body: `password=${SECRET}`,
  headers: {authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}`, 'x-api-key': SECRET},
};
/** Servers and transports write texts too. */
const busy = answer(503, {'set-cookie': `session=${SECRET}`, 'www-authenticate': SECRET}, `token ${SECRET}`);
const cut = (): Error =>
  new TypeError('fetch failed', {cause: Object.assign(new Error(`at ${URL_OF}`), {code: 'ECONNRESET'})});

/** As a log would have it: written by console.log, at any depth, and as JSON. */
function expectKept(what: unknown): void {
  for (const written of [
    inspect(what, {depth: Number.POSITIVE_INFINITY, showHidden: true}),
    JSON.stringify(what) ?? '',
  ])
    if (written.includes(SECRET)) expect.fail(`the secret is in ${excerpt(written)}`);
}
const excerpt = (text: string): string =>
  text.slice(Math.max(0, text.indexOf(SECRET) - 200), text.indexOf(SECRET) + 20);

interface Scene {
  readonly policy: PolicyInput;
  readonly ports?: Ports;
  readonly answers: () => Response | Error | 'silence';
  /** Default: one. Two come one after another, or at once. */
  readonly calls?: 'two' | 'two at once';
  /** What has to come up, or the scene shows nothing. */
  readonly code?: string;
  readonly events: readonly SteadfetchEvent['type'][];
}

/** Every event of a call, and every code of an error that it can end with. */
const SCENES: Record<string, Scene> = {
  'an answer that is sent again, and given up': {
    policy: {},
    answers: busy,
    events: ['attempt.end', 'retry.scheduled', 'retry.abandoned', 'call.end'],
  },
  'a connection that breaks': {policy: {}, answers: cut, events: ['attempt.end', 'retry.scheduled', 'retry.abandoned']},
  'an attempt that takes too long': {
    policy: {attemptTimeoutMs: 100, maxAttempts: 1},
    answers: () => 'silence',
    code: 'ATTEMPT_TIMEOUT',
    events: ['attempt.end', 'call.end'],
  },
  'a call that takes too long': {
    policy: {deadlineMs: 100, attemptTimeoutMs: null},
    answers: () => 'silence',
    code: 'DEADLINE_EXCEEDED',
    events: ['call.end'],
  },
  'an open circuit': {
    policy: {breaker: {kind: 'consecutive', failures: 1}, maxAttempts: 1},
    answers: busy,
    calls: 'two',
    code: 'CIRCUIT_OPEN',
    events: ['breaker.changed', 'call.rejected', 'call.end'],
  },
  'a full line': {
    policy: {concurrency: {max: 1, queue: 0}, maxAttempts: 1},
    answers: busy,
    calls: 'two at once',
    code: 'CONCURRENCY_LIMIT',
    events: ['call.rejected'],
  },
  'an origin that asked for a pause': {
    policy: {retryAfter: {scope: 'origin', maxMs: 60_000}, deadlineMs: 5000},
    answers: answer(503, {'retry-after': '30', 'set-cookie': SECRET}),
    calls: 'two',
    code: 'ORIGIN_HELD',
    events: ['call.rejected', 'retry.abandoned'],
  },
  'a quota that has room too late': {
    policy: {quota: {limits: [{unit: 'requests', max: 1, perMs: 60_000}], maxWaitMs: 100}},
    answers: busy,
    calls: 'two at once',
    code: 'QUOTA_WAIT',
    events: ['call.rejected'],
  },
  'a quota whose queue is full': {
    policy: {quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}], queue: 0}, maxAttempts: 1},
    answers: busy,
    calls: 'two at once',
    code: 'QUOTA_QUEUE',
    events: ['call.rejected'],
  },
  'a quota with a line': {
    policy: {quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}]}, maxAttempts: 1},
    answers: busy,
    calls: 'two at once',
    events: ['call.queued', 'call.end'],
  },
  'a call that takes more than a quota': {
    policy: {quota: {limits: [{unit: 'tokens', max: 1, perMs: 1000}]}},
    ports: {weigh: () => ({inputTokens: 2})},
    answers: busy,
    code: 'QUOTA_TOO_LARGE',
    events: ['call.rejected'],
  },
  'a call that moves, and one that finds no endpoint': {
    policy: {
      endpoints: [
        {name: 'a', origin: 'https://h.test'},
        {name: 'b', origin: 'https://other.test'},
      ],
      failover: {sharedKeys: true, sharedCredentials: true},
      breaker: {kind: 'consecutive', failures: 1},
      maxAttempts: 2,
      deadlineMs: 1000,
    },
    answers: busy,
    calls: 'two',
    code: 'NO_ENDPOINT',
    events: ['call.failover', 'call.rejected'],
  },
  'a hedge': {
    policy: {hedge: {delayMs: 1, maxLoadRatio: 1}, attemptTimeoutMs: 100},
    answers: () => 'silence',
    events: ['hedge.started', 'attempt.end'],
  },
};

describe('what a call shows of its secrets: nothing', () => {
  for (const [what, {policy, ports, answers, calls, code, events}] of Object.entries(SCENES))
    virtually(`in the errors, events and reports of ${what}`, async make => {
      const fetch: typeof globalThis.fetch = async (_input, init) => {
        const said = answers();
        if (said instanceof Error) throw said;
        return said === 'silence' ? silence(init!.signal!) : said;
      };
      const world = make({backoff: AT_ONCE, ...policy}, {fetch, ...ports});
      const call = () => settle(() => world.fetch(URL_OF, INIT));
      const ends = await world.clock.run(async () => {
        if (calls === 'two at once') return Promise.all([call(), call()]);
        return calls === 'two' ? [await call(), await call()] : [await call()];
      });
      expect(world.typesOf()).to.include.members([...events]);
      if (code !== undefined) expect(ends.map(({error}) => (error as {code?: string})?.code)).to.include(code);
      expectKept(world.events);
      expectKept(world.handle.snapshot(world.clock.now()));
      for (const {value, error} of ends) {
        await value?.text();
        // An error of others is theirs; what we put on it is ours.
        expectKept(error instanceof SteadfetchError ? error : reportOf(value ?? error));
        expect(reportOf(value ?? error), 'a report').not.to.equal(undefined);
      }
    });

  virtually('in the error of a body that falls silent', async make => {
    const body = new ReadableStream({start: controller => controller.enqueue(new TextEncoder().encode(SECRET))});
    const world = make({idleTimeoutMs: 50}, {fetch: async () => new Response(body)});
    const response = await world.fetch(URL_OF, INIT);
    const read = async (): Promise<void> => {
      for await (const _chunk of response.body!);
    };
    const error = await world.clock.run(() => thrown(read()));
    expect(error).to.include({code: 'IDLE_TIMEOUT'});
    expectKept(error);
  });

  it('in any event or error, all of which occurred in these calls', () => {
    const scenes = Object.values(SCENES);
    // The compiler asks for each one that is added.
    const events: Record<
      Exclude<
        SteadfetchEvent['type'],
        | 'policy.overridden'
        | 'retry.nested'
        | 'store.changed'
        | 'quota.differs'
        | 'endpoint.changed'
        | 'ejection.changed'
      >,
      true
    > = {
      'attempt.end': true,
      'retry.scheduled': true,
      'retry.abandoned': true,
      'hedge.started': true,
      'call.failover': true,
      'call.queued': true,
      'call.rejected': true,
      'breaker.changed': true,
      'call.end': true,
    };
    const codes: Record<Exclude<(TimeoutError | RejectedError)['code'], 'IDLE_TIMEOUT' | 'CONTENT_TIMEOUT'>, true> = {
      ATTEMPT_TIMEOUT: true,
      DEADLINE_EXCEEDED: true,
      CIRCUIT_OPEN: true,
      CONCURRENCY_LIMIT: true,
      ORIGIN_HELD: true,
      QUOTA_WAIT: true,
      QUOTA_QUEUE: true,
      QUOTA_TOO_LARGE: true,
      NO_ENDPOINT: true,
    };
    expect(scenes.flatMap(scene => scene.events)).to.include.members(Object.keys(events));
    expect(scenes.map(({code}) => code)).to.include.members(Object.keys(codes));
  });

  describe('through every adapter', () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    for (const adapter of ADAPTERS)
      it(adapter, async () => {
        const place = server.place(503, 'reset', {status: 503, headers: {'set-cookie': SECRET}});
        const {events, report, got} = await meet(adapter, `${place.url}?token=${SECRET}#${SECRET}`, {
          init: INIT as Init,
        });
        expect(got).to.equal('503');
        expect(events.map(({type}) => type)).to.include.members(['attempt.end', 'retry.scheduled', 'call.end']);
        expect(events.find(event => 'call' in event)).to.have.nested.property(
          'call.url',
          `${place.url}?token=REDACTED`,
        );
        expectKept(events);
        expectKept(report);
      });

    it('ky, whose own options win', async () => {
      const place = server.place(503);
      const {events} = await meet('ky', `${place.url}?token=${SECRET}`, {init: {...INIT, retry: 0} as Init});
      expect(events.map(({type}) => type)).to.include('policy.overridden');
      expectKept(events);
    });
  });
});

const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('what a wrong policy shows of what is written in it', () => {
  const TOKENS = [
    'Bearer qX7zT9wK3',
    'Basic dXNlcjpxWDc=',
    'sk_live_qX7zT9wK3',
    'ghp_qX7zT9wK3qX7zT9wK3',
    'eyJhbGciOiJub25lIn0.qX7zT9wK3.x',
    'AKIAQX7ZT9WK3QX7ZT9W',
    'qX7zT9wK3qX7zT9wK3qX7zT9wK3',
    'https://user:qX7zT9wK3@h.test',
  ];
  for (const token of TOKENS)
    it(`not ${token.slice(0, 14)}…`, () => {
      const secret = /qX7zT9wK3|dXNlcjpxWDc|QX7ZT9WK3/.exec(token)![0];
      for (const make of [
        () => definePolicy({deadlineMs: token as unknown as number}),
        () => definePolicy({extends: [token]}),
        () => definePolicy({backoff: {kind: token as 'constant'}}),
        () => definePolicy({idempotency: {header: `x: ${token}`}}),
        () => definePolicy({retryOn: [token as 'network']}),
        () => definePolicy({correlation: {sendTo: [`${token}/`]}}),
        () => definePolicy({routes: [{match: {origin: `${token}/`}}]}),
      ]) {
        const error = thrownBy(make);
        expect(error).to.be.instanceOf(SteadfetchError);
        const shown = `${inspect(error, {depth: null})} ${JSON.stringify(error)}`;
        if (shown.includes(secret)) expect.fail(`${secret} is in ${shown.slice(0, 300)}`);
      }
    });

  it('not in a call’s own key', async () => {
    const fetch = createFetch();
    for (const idempotencyKey of TOKENS.map(token => `${token}"`)) {
      const error = await thrown(fetch('https://h.test', {resilience: {idempotencyKey}}));
      if (/qX7zT9wK3|dXNlcjpxWDc|QX7ZT9WK3/.test(inspect(error))) expect.fail(inspect(error));
    }
  });

  describe('nor does a file that cannot be read as a policy', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'steadfetch-secrets-'));
    });
    after(() => rm(folder, {recursive: true}));
    for (const [name, text] of [
      ['open.json', `{"x-token": "${SECRET}`],
      ['twice.json', `{"name": "a", "x-token": "${SECRET}", "name": "${SECRET}"}`],
      ['comma.json', `{"x-token" "${SECRET}"}`],
      ['twice.yaml', `name: a\nname: ${SECRET}\n`],
      ['open.yaml', `name: "${SECRET}\n`],
      ['alias.yaml', `name: *${SECRET.replaceAll('-', '')}\n`],
      ['tab.yaml', `name:\n\t- ${SECRET}\n`],
    ] as const)
      it(name, () => {
        const file = join(folder, name);
        writeFileSync(file, text);
        const error = thrownBy(() => definePolicy(loadPolicySync(file)));
        expect(error).to.be.instanceOf(SteadfetchError);
        expectKept(error);
        expectKept((error as Error).message);
      });
  });
});

function thrownBy(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
