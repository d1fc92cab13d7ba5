/** A scene: a policy, servers, and calls through `createFetch`. Scenes of other adapters and of batches have players of their own. */
import type {Clock} from '../../src/core/timer.ts';
import {createFetch, type PolicyInput, type Ports, type ResilientInit} from '../../src/core.ts';
import type {SharedGuards} from '../../src/guards/guard-factory.ts';
import type {VirtualClock} from '../../src/testing.ts';
import {type Script, Server} from './answers.ts';
import {Stage} from './stage.ts';

export const HOME = 'https://api.test/items';

/** Short limits and waits, so that a scene is short. */
export const QUICK: PolicyInput = {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: {baseMs: 40, throttledBaseMs: 80}};

export interface Call extends ResilientInit {
  /** Default: `HOME`. */
  readonly url?: string;
  /** How the caller reads the body. Default: whole. */
  readonly read?: (response: Response) => Promise<string>;
}

export interface Scene {
  readonly policy: PolicyInput;
  readonly answer: Script;
  /** Default: 10. */
  readonly calls?: number;
  /** The calls begin at random within this time. Default: 1500. */
  readonly spreadMs?: number;
  readonly call?: (stage: Stage, index: number) => Call;
  readonly ports?: (stage: Stage) => Ports;
  /** Runs each call. */
  readonly around?: (stage: Stage, call: () => Promise<Response>) => Promise<Response>;
  readonly meanwhile?: (stage: Stage) => void;
  /** For scenes of many calls. */
  readonly isBrief?: boolean;
  readonly engineClock?: (clock: VirtualClock) => Clock;
  readonly guards?: (stage: Stage) => SharedGuards;
}

export type Scenes = Readonly<Record<string, () => Promise<string[]>>>;

/** @param seed That of the first scene; each scene has its own. */
export const scenesOf = (seed: number, scenes: Readonly<Record<string, Scene>>): Scenes =>
  Object.fromEntries(Object.entries(scenes).map(([name, scene], index) => [name, () => play(scene, seed + 2 * index)]));

async function play(scene: Scene, seed: number): Promise<string[]> {
  const {policy, answer, calls = 10, spreadMs = 1500, isBrief = false, engineClock, guards} = scene;
  const stage = new Stage({
    policy,
    seed,
    detail: isBrief ? 'events' : 'spans',
    ...(engineClock && {engineClock}),
    ...(guards && {guards}),
  });
  const server = new Server(stage, answer);
  const fetch = createFetch(stage.handle, {...stage.ports, fetch: server.fetch, ...scene.ports?.(stage)});
  scene.meanwhile?.(stage);
  return stage.play(calls, spreadMs, async index => {
    const {url = HOME, read, ...init} = scene.call?.(stage, index) ?? {};
    const call = (): Promise<Response> => fetch(url, init);
    await stage.end(`fetch ${index + 1}`, () => scene.around?.(stage, call) ?? call(), read);
  });
}

/** A call of any method, with or without a key of its own. */
export function anyMethod(stage: Stage): Call {
  const method = stage.pick(['GET', 'GET', 'PUT', 'POST', 'POST', 'DELETE']);
  const headers: Record<string, string> = stage.random() < 0.4 ? {'Idempotency-Key': 'mine'} : {};
  return {method, headers, ...(method.startsWith('P') && {body: '{"b":2}'})};
}

/** A call whose caller leaves after one of these times, in ms; null: never. */
export const leavingAfter =
  (...times: readonly (number | null)[]) =>
  (stage: Stage): Call => ({...anyMethod(stage), signal: stage.abortAfter(stage.pick(times))});
