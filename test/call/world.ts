/** A client, a scripted server and a virtual clock, for the tests of the engine. */
import {expect} from 'chai';
import {
  createFetch,
  definePolicy,
  type Ids,
  type PolicyHandle,
  type PolicyInput,
  type Ports,
  type ResilientFetch,
  type ResilientInit,
  reportOf,
  type SteadfetchEvent,
} from '../../src/core.ts';
import {type ScriptedAnswer, ScriptedFetch, type SeenRequest, VirtualClock} from '../../src/testing.ts';
import {attemptsInFlight} from '../support/breaker-books.ts';

export const ITEMS = 'https://api.test/items';

export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly events: SteadfetchEvent[] = [];
  readonly handle: PolicyHandle;
  readonly fetch: ResilientFetch;
  server: ScriptedFetch = this.serve(200);
  readonly ports: Ports;

  /** @param ports Over those of the world: this clock, chance that always says 0.5, ids that count. */
  constructor(policy: PolicyInput | PolicyHandle = {}, ports: Ports = {}) {
    const random = ports.random ?? (() => 0.5);
    this.ports = {
      clock: this.clock,
      random,
      ids: countedIds(),
      fetch: (input, init) => this.server.fetch(input, init),
      on: event => this.events.push(event),
      ...ports,
    };
    this.handle = 'snapshot' in policy ? (policy as PolicyHandle) : definePolicy(policy as PolicyInput, random);
    this.fetch = createFetch(this.handle, this.ports);
  }

  /** From now on the server answers so, the last answer for ever. */
  serve(...script: ScriptedAnswer[]): ScriptedFetch {
    return this.serveSlowly(0, ...script);
  }

  serveSlowly(latencyMs: number, ...script: ScriptedAnswer[]): ScriptedFetch {
    this.server = new ScriptedFetch(this.clock, script, latencyMs);
    return this.server;
  }

  get arrivals(): number[] {
    return this.server.arrivals;
  }

  get sends(): number {
    return this.server.requests.length;
  }

  /** What each request carried in a header; null where it had none. */
  header(name: string): (string | null)[] {
    return this.server.requests.map(({headers}) => headers.get(name));
  }

  /** One call to its end: `503 (attempts-exhausted)`, or the code of the error. */
  async end(url: string | URL | Request = ITEMS, init?: ResilientInit): Promise<string> {
    return ending(this.fetch(url, init));
  }

  /** One call to its end, jumping over every wait. */
  run(url?: string | URL | Request, init?: ResilientInit): Promise<string> {
    return this.clock.run(() => this.end(url, init));
  }

  typesOf(...types: SteadfetchEvent['type'][]): SteadfetchEvent['type'][] {
    return this.events.map(({type}) => type).filter(type => types.length === 0 || types.includes(type));
  }
}

/** `200`, `503 (budget-exhausted)`, `DEADLINE_EXCEEDED (not-transient)`. */
export async function ending(promise: Promise<Response>): Promise<string> {
  try {
    const response = await promise;
    return withRefusal(String(response.status), response);
  } catch (error) {
    return withRefusal(nameOf(error), error);
  }
}

function withRefusal(what: string, answer: unknown): string {
  const refusal = reportOf(answer)?.refusal;
  return refusal === null || refusal === undefined ? what : `${what} (${refusal})`;
}

export function nameOf(error: unknown): string {
  const {code, cause, name, message} = error as {
    code?: unknown;
    cause?: {code?: unknown};
    name: string;
    message: string;
  };
  return String((typeof code === 'string' ? code : undefined) ?? cause?.code ?? `${name}: ${message}`);
}

/** What was thrown; fails where nothing was. */
export async function thrown(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

function countedIds(): Ids {
  let correlations = 0;
  let requests = 0;
  let keys = 0;
  return {
    correlationId: () => `call-${++correlations}`,
    requestId: () => `request-${++requests}`,
    idempotencyKey: () => `key-${++keys}`,
  };
}

/** Answers with this status and these headers. */
export const answer =
  (status: number, headers: Record<string, string> = {}, body: string | null = null) =>
  (): Response =>
    new Response(body, {status, headers});

/** What Node's fetch throws where the connection failed so; a new one each time. */
export const connectionError =
  (code: string, facts: object = {}) =>
  (): Error =>
    new TypeError('fetch failed', {cause: Object.assign(new Error(code), {code, ...facts})});

/** Answers after so long, or not at all if it is aborted before. */
export const later =
  (clock: VirtualClock, ms: number, then: ScriptedAnswer) =>
  async ({signal}: SeenRequest): Promise<ScriptedAnswer> => {
    await clock.sleep(ms, signal);
    return then;
  };

/**
 * A test whose worlds have to be quiet at its end: no timer may be left on any clock, and no breaker may wait for the end of an attempt.
 *
 * Not an afterEach: where a hook of mocha's fails, the tests after it do not run.
 */
export function virtually(title: string, body: (make: typeof makeWorld) => Promise<void>): Mocha.Test {
  return it(title, async () => {
    const worlds: World[] = [];
    const before = attemptsInFlight();
    await body((policy, ports) => {
      const world = makeWorld(policy, ports);
      worlds.push(world);
      return world;
    });
    for (const world of worlds) await expectQuiet(world);
    expect(attemptsInFlight() - before, 'attempts whose end was not reported to a breaker').to.equal(0);
  });
}

export async function expectQuiet(world: World): Promise<void> {
  await world.clock.advance(0);
  expect(world.clock.pending, 'timers left on the clock').to.equal(0);
}

function makeWorld(policy?: PolicyInput | PolicyHandle, ports?: Ports): World {
  return new World(policy, ports);
}
