/**
 * Suppressions in the policy itself, for files that cannot have comments:
 *
 *     "x-retry-lint": {"disable": [{"rule": "RL203", "at": "routes[0].backoff", "reason": "...", "until": "2027-01-01"}]}
 *
 * The client ignores keys that begin with `x-`.
 */

import {removeEntry} from '../edit/edit-tree.ts';
import {applyEdits, editBetween} from '../edit/text-edit.ts';
import type {Finding} from '../finding.ts';
import {spanToShow} from '../source/places.ts';
import {type Node, propertyOf, type Source, type Span} from '../source/tree.ts';
import {readReason} from './directive.ts';
import type {Suppression} from './suppression.ts';

export const blockKey = 'x-retry-lint';

export function fromBlock(source: Source): Suppression[] {
  const list = propertyOf(propertyOf(source.root, blockKey)?.value, 'disable')?.value;
  if (list?.kind !== 'list') return [];
  return list.items.map((item, index) => {
    const pointer = `${blockKey}.disable[${index}]`;
    const rule = textAt(item, 'rule');
    const at = textAt(item, 'at') ?? '';
    const written = readReason(textAt(item, 'reason') ?? '');
    const until = textAt(item, 'until') ?? written.until;
    return {
      by: 'block',
      span: spanToShow({source, path: pointer, segments: [blockKey, 'disable', index], keySpan: undefined, node: item}),
      pointer,
      rules: rule === undefined ? [] : [rule],
      reason: written.reason,
      until,
      covers: finding => isBelow(at, finding),
      whole: wholeOf(source, index),
    };
  });
}

function textAt(node: Node, key: string): string | undefined {
  const value = propertyOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** A place, or anything in it; a route by its index, or by what it matches. */
function isBelow(at: string, {pointer, fingerprint}: Finding): boolean {
  if (at === '') return true;
  const identity = fingerprint.slice(fingerprint.indexOf(' ') + 1);
  return [pointer, identity].some(path => path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`));
}

function wholeOf(source: Source, index: number): Span | undefined {
  const edits = removeEntry(source, [blockKey, 'disable', index]);
  if (edits === undefined) return undefined;
  const {start, end, text} = editBetween(source.text, applyEdits(source.text, edits));
  return text === '' ? {start, end} : undefined;
}
