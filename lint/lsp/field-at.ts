/** The field of a policy at a position of its document. */

import type {Position} from 'vscode-languageserver-types';
import {policiesOf} from '../dialects/policies.ts';
import {type Location, locate} from '../editor/locate.ts';
import {sourceOf} from '../source/files.ts';
import {Lines} from '../source/lines.ts';
import {toValue} from '../source/read.ts';
import type {PolicyText} from './policy-text.ts';

export interface FieldAt {
  readonly offset: number;
  /** Undefined outside of all policies. */
  readonly location: Location | undefined;
  /** The policy around the field, as it is written. */
  readonly policy: unknown;
}

export async function fieldAt({request, text}: PolicyText, position: Position): Promise<FieldAt> {
  const offset = offsetIn(text, position);
  const location = await locate({...request, offset});
  if (location === undefined) return {offset, location, policy: undefined};
  const {shapes} = policiesOf(await sourceOf(request), request.config?.dialects);
  const {span} = location.node;
  const around = shapes.find(({unit: {root}}) => root.span.start <= span.start && span.end <= root.span.end);
  return {offset, location, policy: around && toValue(around.unit.root)};
}

/** A position behind the end of its line counts as the end of the line. */
function offsetIn(text: string, {line, character}: Position): number {
  const lines = new Lines(text);
  return lines.startOf(line + 1) + Math.min(character, lines.lineText(line + 1).length);
}
