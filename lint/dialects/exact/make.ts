/** Makes a dialect of files that hold many retriers: each is a policy whose root is the whole document. */

import type {Shape} from '../../shape/shape.ts';
import type {Place} from '../../source/places.ts';
import type {Source} from '../../source/tree.ts';
import {type Unit, unitAt} from '../../source/unit.ts';
import {type DialectDefinition, defineDialect} from '../define-dialect.ts';
import type {Dialect, FieldChange, TreeChange} from '../dialect.ts';
import {type Facts, homesOf, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {type ExactName, exactSigns} from './signs.ts';

/** What is particular to a format. */
export interface Format
  extends Pick<DialectDefinition, 'capabilities' | 'defaults' | 'fields' | 'ms' | 'suggestedTimeoutMs'> {
  readonly name: ExactName;
  /** The retriers of a document, each with an id among those of the file. */
  readonly read: (root: Place, source: Source) => Iterable<readonly [id: string, facts: Facts]>;
  /** A value as the file has it; undefined for what it cannot express. */
  readonly write: (path: string, value: unknown) => unknown;
}

const SHAPES = new WeakMap<Unit, Shape>();

export const exactDialect = ({name, read, write, ...rest}: Format): Dialect => {
  const sign = exactSigns[name];
  return defineDialect({
    ...rest,
    ...sign,
    unitsOf: source => (sign.wants(source.path, source.text) ? unitsIn(source, read) : undefined),
    shapeOf: unit => SHAPES.get(unit)!,
    inverse: (change, shape) => inverse(change, shape, write),
    ignoresExtensions: false,
  });
};

function unitsIn(source: Source, read: Format['read']): Unit[] {
  return source.documents.flatMap((root, document) => {
    const whole = unitAt(source, {document, segments: [], id: ''})!;
    const top: Place = {unit: whole, path: '', segments: [], keySpan: undefined, node: root};
    return [top, ...listedIn(top)].flatMap(each =>
      [...read(each, source)].map(([id, facts]) => {
        const unit = {...whole, id};
        SHAPES.set(unit, facts.shape(unit));
        return unit;
      }),
    );
  });
}

/** The resources that `kubectl get -o yaml` writes into one list. */
const listedIn = (top: Place): Place[] =>
  /List$/.test(textOf(within(top, 'kind')) ?? '') ? itemsOf(within(top, 'items')) : [];

/** Takes an entry out of a text with commas; undefined for a value of its own. */
function withoutWord(path: string, {places}: Shape): TreeChange | undefined {
  const [list, word] = [places.get(path.replace(/\[\d+\]$/, '')), places.get(path)];
  // A word has the place of its text.
  if (list === undefined || list === word || list.segments !== word?.segments) return undefined;
  const left = String(scalarOf(list))
    .split(',')
    .filter(part => part.trim() !== scalarOf(word));
  return {do: 'set', segments: list.segments, value: left.join(',').trim()};
}

function inverse(change: FieldChange, shape: Shape, write: Format['write']): readonly TreeChange[] | undefined {
  const {path} = change;
  const segments = shape.places.get(path)?.segments ?? homesOf(shape)[path];
  if (segments === undefined) return undefined;
  if (change.do === 'rename') return [{do: 'rename', segments, to: change.to}];
  if (change.do === 'remove') return [withoutWord(path, shape) ?? {do: 'remove', segments}];
  if (change.do === 'drop') {
    const left = write(path, change.left);
    if (!Array.isArray(left)) return left === undefined ? undefined : [{do: 'set', segments, value: left}];
    const entries = write(path, change.entries);
    return Array.isArray(entries) ? [{do: 'drop', segments, entries, left}] : undefined;
  }
  const value = write(path, change.value);
  return value === undefined ? undefined : [{do: 'set', segments, value}];
}
