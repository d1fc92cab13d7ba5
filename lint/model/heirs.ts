/** The policies that extend a file: what has no effect in the file itself may have one in them. */

import {nativePoliciesOf} from '../dialects/policies.ts';
import {type FilesRequest, readerOf} from '../source/files.ts';
import type {Layer} from './layer.ts';
import {type Model, modelOf} from './model.ts';
import type {Scope} from './scope.ts';

export interface HeirsRequest extends FilesRequest {
  readonly path: string;
  /** The paths of files that extend this one, directly or not, among `files`. */
  readonly extendedBy?: readonly string[];
}

/** A file that is made to be extended, by its name: its heirs may be elsewhere. */
const BASE = /(?:^|[/._-])(?:base|common|shared)[._-][^/]*$/i;

/** The model of a policy of steadfetch, with the scopes of those that extend it. */
export async function withHeirs(model: Model, request: HeirsRequest): Promise<Model> {
  const {path, extendedBy = []} = request;
  if (extendedBy.length === 0) return BASE.test(path) ? {...model, heirs: 'unknown'} : model;
  const read = readerOf(request);
  const heirs: (readonly Scope[])[] = [];
  for (const each of extendedBy) {
    const source = await read(each);
    const policies = source?.problems.length === 0 ? nativePoliciesOf(source) : [];
    const models = await Promise.all(policies.map(({shape}) => modelOf(shape, read)));
    const seen = models.flatMap(heir => seenFrom(model, heir) ?? []);
    if (seen.length === 0) return {...model, heirs: 'unknown'};
    heirs.push(seen);
  }
  return {...model, heirs};
}

/** The scopes of an heir, whose layers of this file are those of the model; undefined where it has none of them. */
function seenFrom({file, scopes}: Model, heir: Model): readonly Scope[] | undefined {
  const own = new Map(scopes.flatMap(each => (each.own.entry === undefined ? [[each.base, each.own] as const] : [])));
  const seen = (layer: Layer): Layer =>
    (layer.name === file.name && own.get(layer.base)) || {...layer, entry: layer.entry ?? 0};
  const all = heir.scopes.map(scope => ({...scope, own: seen(scope.own), layers: scope.layers.map(seen)}));
  return all[0]?.layers.includes(file) ? all : undefined;
}
