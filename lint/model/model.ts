/** A file and what it extends, merged as the client merges them: one scope for the top, one for each route. */

import {finish} from '../../src/policy/layers.ts';
import {mergePolicy} from '../../src/policy/merge.ts';
import type {Match, Policy, PolicyInput, RetryingLayer, RouteInput} from '../../src/policy/types.ts';
import type {Dialect} from '../dialects/dialect.ts';
import {native} from '../dialects/native.ts';
import type {Shape} from '../shape/shape.ts';
import type {ReadSource} from '../source/files.ts';
import {type BrokenEntry, type Chain, followExtends} from './extends.ts';
import type {Layer} from './layer.ts';
import type {Scope} from './scope.ts';

/** A policy with all layers that it extends, for rules. */
export interface Model {
  /** The policy as it was read. */
  readonly shape: Shape;
  /** The layer of the linted file itself. */
  readonly file: Layer;
  /** The top of the policy, then its routes in the order in which they are matched. */
  readonly scopes: readonly Scope[];
  /** Entries of `extends` that could not be followed. */
  readonly broken: readonly BrokenEntry[];
  /** The fields that some layer sets, at the top or in a route: `hedge`. */
  readonly written: ReadonlySet<string>;
  /** The scopes of each policy that extends the file, as far as the run knows them; unknown where there may be others that count. */
  readonly heirs: readonly (readonly Scope[])[] | 'unknown';
}

/** @param others What else retries the calls, as the configuration says. */
export async function modelOf(
  shape: Shape,
  readSource: ReadSource,
  dialect: Dialect = native,
  others: readonly RetryingLayer[] = [],
): Promise<Model> {
  return modelUpon(await followExtends(shape, readSource), shape, dialect, others);
}

/**
 * @param chain  What the policy extends.
 * @param others What else retries the calls.
 */
export function modelUpon(
  {layers: inherited, broken}: Chain,
  shape: Shape,
  dialect: Dialect = native,
  others: readonly RetryingLayer[] = [],
): Model {
  const file: Layer = {name: shape.unit.source.path, shape, data: shape.data, base: '', entry: undefined};
  const layers = [...inherited, file];
  const top: Scope = {
    base: '',
    title: titleOfUnit(shape),
    policy: withOthers(merge(dialect.defaults, layers), layers, shape, dialect, others),
    match: shape.data.match,
    layers: layers.toReversed(),
    own: file,
    file,
    dialect,
    words: shape.names === undefined ? dialect.words : dialect.words.named(shape.names),
  };
  const routes = top.layers.flatMap(layer => routesOf(layer)).map(route => routeScope(route, top));
  const written = new Set([...top.layers, ...routes.map(({own}) => own)].flatMap(({data}) => Object.keys(data)));
  if (others.length > 0) written.add('retryingLayers');
  return {shape, file, scopes: [top, ...routes], broken, written, heirs: []};
}

/**
 * A policy that names its layers has no others. Of the retriers of a program, those have them that certainly send requests: a client, and what holds one,
 * a loop, and urllib3 where it repeats more than connections.
 */
function withOthers(
  policy: Policy,
  layers: readonly Layer[],
  {code, unknown}: Shape,
  dialect: Dialect,
  others: readonly RetryingLayer[],
): Policy {
  const {name, layer} = dialect;
  const isNamed = layers.some(({data}) => 'retryingLayers' in data);
  const sends = name === 'loop' || (name === 'urllib3' && !unknown.has('retryOn'));
  const goesOut = code === undefined ? layer === 'policy' && !isNamed : layer === 'client' || isNamed || sends;
  return goesOut ? {...policy, retryingLayers: [...policy.retryingLayers, ...others]} : policy;
}

function routesOf(layer: Layer): Layer[] {
  return ((layer.data as PolicyInput).routes ?? []).map((data, index) => ({
    ...layer,
    data,
    base: `routes[${layer.shape?.routes[index] ?? index}]`,
  }));
}

function routeScope(route: Layer, top: Scope): Scope {
  const {match = {}, name} = route.data as RouteInput;
  const layers = [route, ...top.layers];
  const policy = merge(top.policy, [route]);
  return {...top, base: route.base, title: titleOf(match, name), policy, match, layers, own: route};
}

/** With methods and origins as the client compares them. */
const merge = (base: Policy, layers: readonly Layer[]): Policy =>
  finish(layers.reduce<Policy>((below, {data}) => mergePolicy(below, data), base));

function titleOfUnit({unit, data}: Shape): string {
  if (data.match !== undefined) return titleOf(data.match, data.name);
  if (unit.id === '') return 'the policy';
  if (data.name !== undefined) return `policy "${data.name}"`;
  return unit.base === '' ? `policy ${unit.document + 1}` : `the policy at ${unit.base}`;
}

function titleOf(match: Match, name: string | undefined): string {
  return name === undefined ? `route ${describeMatch(match)}` : `route "${name}"`;
}

/** A route as people call it, and as a baseline knows it again when others are put before it: `POST /v1/orders`. */
export function describeMatch({methods, origin, path}: Match): string {
  const called = methods?.map(method => method.toUpperCase()).join('|') ?? '*';
  return `${called} ${origin ?? ''}${path ?? (origin === undefined ? '/**' : '')}`;
}
