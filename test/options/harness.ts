/** A case of a field: two policies that differ only in that field, and the outcome of a scenario under each. */
import {expect} from 'chai';
import type {CallOverrides, PolicyInput, RouteInput} from '../../src/core.ts';
import {expectQuiet, World} from '../call/world.ts';

/** The place of a field. `call`: the `resilience` option of every call of the scenario. */
export type Place = 'policy' | 'route' | 'call';

/** Makes calls, and returns what can be observed of them. */
export type Scenario = (world: World) => Promise<unknown>;

export interface Case {
  /** The path, as in `leaves.ts`: `backoff(linear).stepMs`. */
  readonly path: string;
  /** Only the top-level part that `path` names is written elsewhere than in the policy; the rest stays. */
  readonly a: PolicyInput | CallOverrides;
  readonly b: PolicyInput | CallOverrides;
  /** Fields that both policies have. */
  readonly both?: PolicyInput;
  readonly scenario: Scenario;
  /** The outcome of a, and that of b. */
  readonly expect: readonly [unknown, unknown];
  /** Default: wherever the schema allows the field. */
  readonly places?: readonly Place[];
}

export const partOf = (path: string): string => path.split(/[.([]/, 1)[0]!;

/** The outcome of the scenario under one of the two policies, with the field at that place. */
export async function outcomeOf({path, both, scenario}: Case, side: Case['a'], place: Place): Promise<unknown> {
  const part = partOf(path);
  const {[part]: value, ...own} = side as Record<string, unknown>;
  const rest = {...both, ...own};
  const field = value === undefined ? {} : {[part]: value};
  const world = new World(place === 'policy' ? {...rest, ...field} : place === 'route' ? inRoutes(rest, field) : rest);
  const seen = await scenario(place === 'call' ? withOverrides(world, field) : world);
  await expectQuiet(world);
  return seen;
}

function inRoutes(policy: PolicyInput, field: object): PolicyInput {
  const routes: readonly RouteInput[] = policy.routes ?? [{match: {}}];
  return {...policy, routes: routes.map(route => ({...route, ...field}))};
}

/** The same world, where every call carries these overrides. */
function withOverrides(world: World, resilience: CallOverrides): World {
  const {fetch} = world;
  const fetchWith: World['fetch'] = (input, init) =>
    fetch(input, {...init, resilience: {...resilience, ...init?.resilience}});
  Object.defineProperty(world, 'fetch', {value: fetchWith});
  return world;
}

/** Fails unless the two sides differ, and only at the case's path. */
export function expectOneDifference({path, a, b}: Case): void {
  const plain = path.replaceAll(/\([^)]*\)/g, '');
  const different = differences(a, b, '');
  expect(different, 'fields that differ').to.not.be.empty;
  for (const place of different)
    expect(place === plain || place.startsWith(`${plain}.`), `${place} differs too`).to.equal(true);
}

function differences(a: unknown, b: unknown, path: string): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap(key => differences(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every(isObject))
    return a.flatMap((item, index) => differences(item, b[index], `${path}[]`));
  return [path];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
