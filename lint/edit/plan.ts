/** Edits of a text, and what they are meant to do: compared with what they did before the text is written. */

import {equalJson} from '../canonical.ts';
import {readSource, toValue} from '../source/read.ts';
import type {Node, Property, Source} from '../source/tree.ts';
import type {Patch} from './patch.ts';
import {applyEdits, type TextEdit} from './text-edit.ts';

export interface Plan {
  readonly edits: readonly TextEdit[];
  /** The changes of the tree. Left out if the edits change no value: they remove a comment, or correct a syntax error. */
  readonly patch?: Patch;
}

/** Undefined where the changes cannot be written. */
export function planOf(patch: Patch): Plan | undefined {
  const edits = patch.edits();
  return edits && {edits, patch};
}

/**
 * Whether the text can be read after all edits of the plans, and its values are those before with the changes of the plans, and no other.
 *
 * @param source The text that the plans were made for.
 */
export async function comesOut(source: Source, plans: readonly Plan[]): Promise<boolean> {
  const text = applyEdits(
    source.text,
    plans.flatMap(({edits}) => edits),
  );
  const after = await readSource(source.path, text);
  if (after.problems.length > source.problems.length || flawsOf(after) > flawsOf(source)) return false;
  // After a syntax error the tree is a guess, so only the problems can be compared.
  if (!isWhole(source)) return true;
  const patchesOf = patchesByPlace(plans);
  return (
    isWhole(after) &&
    after.documents.length === source.documents.length &&
    source.documents.every((root, index) => equalJson(changed(root, patchesOf), toValue(after.documents[index]!)))
  );
}

type PatchesOf = (place: Node | Property) => readonly Patch[];

/** There may be as many patches as values. */
function patchesByPlace(plans: readonly Plan[]): PatchesOf {
  const byPlace = new Map<Node | Property, Patch[]>();
  for (const {patch} of plans)
    for (const place of patch?.changed ?? []) {
      const patches = byPlace.get(place);
      if (patches === undefined) byPlace.set(place, [patch!]);
      else patches.push(patch!);
    }
  return place => byPlace.get(place) ?? [];
}

/** A program has no problem of its own, since what is wrong with it is for others to say. */
const flawsOf = ({python}: Source): number => python?.flaws ?? 0;

const isWhole = ({problems}: Source): boolean => problems.every(({code}) => code === 'RL002');

/** The value of a tree with the changes of all patches. */
function changed(node: Node, patchesOf: PatchesOf): unknown {
  const patches = patchesOf(node);
  const replaced = patches.find(patch => patch.replaces(node));
  if (replaced !== undefined) return replaced.replacementOf(node);
  if (node.kind === 'scalar') return node.value;
  const isLeft = (_: unknown, index: number): boolean => !patches.some(patch => patch.removes(node, index));
  if (node.kind === 'list') {
    const insertedAt = (index: number): unknown[] => patches.flatMap(patch => patch.insertedAt(node, index));
    const items = node.items.flatMap((item, index) => [
      ...insertedAt(index),
      ...(isLeft(item, index) ? [changed(item, patchesOf)] : []),
    ]);
    return [...items, ...insertedAt(node.items.length)];
  }
  const kept = node.properties.filter(isLeft).map(property => {
    const name = patchesOf(property)[0]?.nameOf(property) ?? property.key;
    return [name, changed(property.value, patchesOf)] as const;
  });
  return Object.fromEntries([...kept, ...patches.flatMap(patch => patch.addedTo(node))]);
}
