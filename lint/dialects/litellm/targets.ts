/** Which group of models falls back to which. */

import {joinPath} from '../../../src/policy/format.ts';
import type {Reference, Targets} from '../../shape/targets.ts';
import type {Place} from '../../source/places.ts';
import {type Node, propertyOf} from '../../source/tree.ts';
import type {At, Groups} from './at.ts';

/** A list of the router, else that of LiteLLM: an empty list counts as none. */
export const listOf = (at: At, key: string): Place | undefined =>
  [at(`router_settings.${key}`), at(`litellm_settings.${key}`)].find(
    place => place?.node.kind === 'list' && place.node.items.length > 0,
  );

export const itemsOf = (at: At, place: Place | undefined): Place[] =>
  place?.node.kind === 'list' ? place.node.items.flatMap((_, index) => at(joinPath(place.path, index)) ?? []) : [];

const propertiesOf = (at: At, place: Place | undefined): [key: string, value: Place][] =>
  place?.node.kind === 'object'
    ? place.node.properties.flatMap(({key}): [string, Place][] => {
        const value = at(joinPath(place.path, key));
        return value === undefined ? [] : [[key, value]];
      })
    : [];

/** The targets of each group. References that belong to no group are with the first. */
export function targetsOf(at: At, groups: Groups): ReadonlyMap<string, Targets> {
  const aliases = new Map(
    propertiesOf(at, at('router_settings.model_group_alias')).map(([key, {node}]) => [key, nameIn(node)]),
  );
  const names = [...groups.keys(), ...aliases.keys()];
  const {isServed, isUsed} = servedNames(at, names, groups);
  const edges = new Map<string, Reference[]>();
  const owned = new Map<string, Reference[]>();
  const own = (group: string, reference: Reference): unknown =>
    listed(owned, groups.has(group) ? group : names[0]!).push(reference);
  const refer = (list: string, from: string, places: readonly Place[]): void => {
    for (const place of places) {
      const name = nameIn(place.node);
      if (name === undefined) continue;
      const to = aliases.get(name) ?? name;
      const next = listed(edges, `${list} ${to}`);
      const reference = {
        from,
        to,
        place,
        next,
        ...(isServed(name) ? {} : {lost: 'a call that falls back to it fails'}),
      };
      listed(edges, `${list} ${from}`).push(reference);
      own(from, reference);
    }
  };
  if (groups.size === 0) return new Map();
  for (const list of ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'])
    for (const entry of itemsOf(at, listOf(at, list)))
      for (const [key, place] of propertiesOf(at, entry)) {
        if (place.node.kind !== 'list') continue;
        if (!isUsed(key)) own('', {from: '', to: key, place, next: [], lost: 'no call falls back by this entry'});
        refer(list, key, itemsOf(at, place));
      }
  refer('', '*', itemsOf(at, listOf(at, 'default_fallbacks')));
  const common = {kind: 'model_name', names, cycleEnd: CYCLE_END};
  return new Map([...owned].map(([group, references]) => [group, {...common, references}]));
}

const CYCLE_END =
  'LiteLLM 1.97 and later tries each model once per call; earlier versions go on until max_fallbacks (5), and each attempt is paid for.';

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** A target is a name, or a mapping with the name as `model`. */
function nameIn(node: Node): string | undefined {
  const named = node.kind === 'object' ? propertyOf(node, 'model')?.value : node;
  return named?.kind === 'scalar' ? String(named.value) : undefined;
}

/** Which names the router serves, and which names of calls a fallback is found by. */
function servedNames(at: At, names: readonly string[], groups: Groups) {
  const ids = [...groups.values()].flat().map(path => at(`${path}.model_info.id`));
  const inner = itemsOf(at, at('router_settings.routing_groups')).map(({path}) => at(`${path}.group_name`));
  const known = new Set([...names, ...[...ids, ...inner].map(place => place && nameIn(place.node))]);
  const starts = names.filter(name => name.includes('*')).map(name => name.slice(0, name.indexOf('*')));
  const withoutProvider = new Set(names.map(bare));
  // Names may come from a database, another file, or the environment.
  const isOpen =
    isOn(at('general_settings.store_model_in_db')) || at('include') !== undefined || names.some(isTemplate);
  // LiteLLM finds the provider of a bare name in a list of its own.
  const isServed = (name: string): boolean =>
    isOpen ||
    known.has(name) ||
    isTemplate(name) ||
    starts.some(start => name.startsWith(start) || !name.includes('/'));
  return {isServed, isUsed: (name: string) => name === '*' || isServed(name) || withoutProvider.has(bare(name))};
}

const bare = (name: string): string => name.slice(name.indexOf('/') + 1);

const isOn = (place: Place | undefined): boolean => place?.node.kind === 'scalar' && place.node.value !== false;

/** From the environment or a template. */
export const isTemplate = (name: string): boolean => /^os\.environ\/|\{\{|\$\{/.test(name);
