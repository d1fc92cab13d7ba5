/** The field of a policy at a position of its document. */

import type {Position} from 'vscode-languageserver-types';
import {isNative} from '../dialects/native.ts';
import {type FilePolicy, policiesOf} from '../dialects/policies.ts';
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
  /** Whether the schema of policies describes the field: not in a file of another language. */
  readonly hasSchema: boolean;
}

export async function fieldAt({request, text}: PolicyText, position: Position): Promise<FieldAt> {
  const offset = offsetIn(text, position);
  const location = await locate({...request, offset});
  if (location === undefined) return {offset, location, policy: undefined, hasSchema: false};
  const policies = policiesOf(await sourceOf(request), request.config);
  const {span} = location.node;
  const isAround = ({shape: {unit}}: FilePolicy): boolean =>
    unit.root.span.start <= span.start && span.end <= unit.root.span.end;
  const around = policies.find(isAround);
  return {
    offset,
    location,
    policy: around && toValue(around.shape.unit.root),
    hasSchema: around === undefined || isNative(around.dialect),
  };
}

/** A position behind the end of its line counts as the end of the line. */
function offsetIn(text: string, {line, character}: Position): number {
  const lines = new Lines(text);
  return lines.startOf(line + 1) + Math.min(character, lines.lineText(line + 1).length);
}
