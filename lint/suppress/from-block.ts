/**
 * Suppressions in the policy itself, for files that cannot have comments:
 *
 *     "x-retry-lint": {"disable": [{"rule": "RL203", "at": "routes[0].backoff", "reason": "...", "until": "2027-01-01"}]}
 *
 * The client ignores keys that begin with `x-`.
 */

import {Patch} from '../edit/patch.ts';
import {type Plan, planOf} from '../edit/plan.ts';
import type {Finding} from '../finding.ts';
import {below} from '../model/layer.ts';
import {linesOf} from '../source/lines.ts';
import {spanToShow} from '../source/places.ts';
import {type Node, propertyOf} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {readReason} from './directive.ts';
import type {Suppression} from './suppression.ts';

export const blockKey = 'x-retry-lint';

export function fromBlock(unit: Unit): Suppression[] {
  const list = propertyOf(propertyOf(unit.root, blockKey)?.value, 'disable')?.value;
  if (list?.kind !== 'list') return [];
  const isOfUnit = within(unit);
  return list.items.map((item, index) => {
    const path = `${blockKey}.disable[${index}]`;
    const rule = textAt(item, 'rule');
    const at = textAt(item, 'at') ?? '';
    const written = readReason(textAt(item, 'reason') ?? '');
    const until = textAt(item, 'until') ?? written.until;
    return {
      by: 'block',
      span: spanToShow({unit, path, segments: [blockKey, 'disable', index], keySpan: undefined, node: item}),
      pointer: below(unit.base, path),
      rules: rule === undefined ? [] : [rule],
      reason: written.reason,
      reasonMark: '--',
      until,
      covers: finding => isOfUnit(finding) && isBelow(unit, at, finding),
      removal: () => removalOf(unit, index),
    };
  });
}

function textAt(node: Node, key: string): string | undefined {
  const value = propertyOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** A place, or anything in it; a route by its index, or by what it matches. */
function isBelow({base, id}: Unit, at: string, {pointer, fingerprint}: Finding): boolean {
  if (at === '') return true;
  const identity = fingerprint.slice(fingerprint.indexOf(' ') + 1);
  const isIn = (path: string, place: string): boolean =>
    path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
  return isIn(pointer, below(base, at)) || isIn(identity, below(id, at));
}

/** Whether a finding is about this policy, and not about another one of the file. */
function within({source, root, keySpan}: Unit): (finding: Finding) => boolean {
  const lines = linesOf(source);
  const first = lines.positionAt((keySpan ?? root.span).start).line;
  const last = lines.positionAt(root.span.end).line;
  return ({range}) => range.start.line >= first && range.start.line <= last;
}

function removalOf(unit: Unit, index: number): Plan | undefined {
  const patch = new Patch(unit);
  return patch.remove([blockKey, 'disable', index]) ? planOf(patch) : undefined;
}
