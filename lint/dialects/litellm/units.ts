/** The groups of a configuration: the deployments that have one `model_name`. */

import type {ShapeProblem} from '../../shape/shape.ts';
import type {Targets} from '../../shape/targets.ts';
import {type Place, parentPath, placesOf} from '../../source/places.ts';
import {type Node, propertyOf, type Source} from '../../source/tree.ts';
import {type Unit, unitAt} from '../../source/unit.ts';
import type {At, Groups} from './at.ts';
import {problemsOf} from './problems.ts';
import {timeoutOf} from './settings.ts';
import {sign} from './sign.ts';
import {targetsOf} from './targets.ts';

/** A document, read once for all of its groups. */
interface Config {
  readonly at: At;
  readonly groups: Groups;
  readonly targets: ReadonlyMap<string, Targets>;
  readonly problems: readonly ShapeProblem[];
  /** Whether a deployment has a timeout, its own or a shared one. */
  readonly hasTimeouts: boolean;
}

const CONFIGS = new WeakMap<Node, Config>();

/** Each group is a unit whose root is the whole document, since most of what decides about a group stands outside of it. */
export function unitsOf(source: Source): Unit[] | undefined {
  if (!sign.wants(source.path, source.text)) return undefined;
  return source.documents.flatMap((root, document) => {
    const unit = unitAt(source, {document, segments: [], id: ''})!;
    const places = placesOf(unit);
    const written: At = path => {
      const place = places.get(path);
      return place?.node.kind === 'scalar' && place.node.value === null ? undefined : place;
    };
    const groups = groupsOf(root);
    const deployments = [...groups.values()].flat();
    const problems = problemsOf(written, deployments);
    // A setting under a wrong name counts as the one that is meant, so that it is reported once.
    const corrected = new Map<string, Place>();
    for (const {path, place, meant} of problems)
      if (place !== undefined && meant !== undefined) corrected.set(`${parentPath(path)}.${meant}`, place);
    const at: At = path => written(path) ?? corrected.get(path);
    CONFIGS.set(root, {
      at,
      groups,
      targets: targetsOf(at, groups),
      problems,
      hasTimeouts: deployments.some(path => timeoutOf(at, `${path}.litellm_params.`) !== undefined),
    });
    return [...groups.keys()].map(name => ({...unit, id: `model[${name}]`}));
  });
}

export const configOf = ({root}: Unit): Config => CONFIGS.get(root)!;

/** The `model_name` of a unit. */
export const groupOf = ({id}: Unit): string => id.slice('model['.length, -1);

function groupsOf(root: Node): Groups {
  const groups = new Map<string, string[]>();
  const list = propertyOf(root, 'model_list')?.value;
  for (const [index, entry] of (list?.kind === 'list' ? list.items : []).entries()) {
    const name = propertyOf(entry, 'model_name')?.value;
    if (name?.kind !== 'scalar' || name.value === null) continue;
    const path = `model_list[${index}]`;
    const group = groups.get(String(name.value));
    if (group === undefined) groups.set(String(name.value), [path]);
    else group.push(path);
  }
  return groups;
}
