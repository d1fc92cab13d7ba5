/** Suppressions that were meant and do nothing, because a word of them is misspelt. */

import {joinPath} from '../../src/policy/format.ts';
import {nearest} from '../../src/policy/suggestions.ts';
import {below} from '../model/layer.ts';
import {isPython} from '../source/python-path.ts';
import {type Property, propertyOf, type Source, type Span} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {ignoreWord, misspeltDirective} from './directive.ts';
import {blockKey} from './from-block.ts';

export interface Misspelt {
  readonly span: Span;
  readonly pointer: string;
  readonly message: string;
}

/** @param units Policies that may hold suppressions themselves. */
export const misspeltIn = (source: Source, units: readonly Unit[]): Misspelt[] => [
  ...inComments(source),
  ...units.flatMap(inBlock),
];

function inComments({comments, path}: Source): Misspelt[] {
  return comments.flatMap(({text, span}) => {
    const misspelt = misspeltDirective(text);
    if (misspelt === undefined || (isPython(path) && misspelt.written === ignoreWord)) return [];
    const {written, near} = misspelt;
    const suggestion =
      near === undefined
        ? 'the directives are retry-lint-disable-next-line, retry-lint-disable-line and, for the file, retry-lint-disable.'
        : `did you mean ${near}?`;
    const message = `This comment suppresses nothing: ${JSON.stringify(written.slice(0, 60))} is not a directive; ${suggestion}`;
    return [{span, pointer: '', message}];
  });
}

const BLOCK_FIELDS: readonly string[] = ['disable'];
const ENTRY_FIELDS: readonly string[] = ['rule', 'at', 'reason', 'until'];

function inBlock({root, base}: Unit): Misspelt[] {
  const path = below(base, blockKey);
  const block = propertyOf(root, blockKey)?.value;
  if (block?.kind !== 'object') return [];
  const entries = propertyOf(block, 'disable')?.value;
  const items = entries?.kind === 'list' ? entries.items : [];
  return [
    ...unknownFields(block.properties, BLOCK_FIELDS, blockKey, path),
    ...items.flatMap((item, index) =>
      item.kind === 'object'
        ? unknownFields(item.properties, ENTRY_FIELDS, 'a suppression', `${path}.disable[${index}]`)
        : [],
    ),
  ];
}

function unknownFields(
  properties: readonly Property[],
  fields: readonly string[],
  title: string,
  path: string,
): Misspelt[] {
  return properties
    .filter(({key}) => !fields.includes(key) && !key.startsWith('x-'))
    .map(({key, keySpan}) => {
      const near = nearest(key, fields);
      const suggestion = near === undefined ? `its fields are ${fields.join(', ')}.` : `did you mean "${near}"?`;
      const message = `${JSON.stringify(key.slice(0, 60))} is not a field of ${title}, and is ignored; ${suggestion}`;
      return {span: keySpan, pointer: joinPath(path, key), message};
    });
}
