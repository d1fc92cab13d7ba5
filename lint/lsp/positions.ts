/** The linter counts lines and columns from 1, the protocol from 0. Both count columns in UTF-16 units. */

import type {Position as ProtocolPosition, Range as ProtocolRange} from 'vscode-languageserver-types';
import type {Position, Range} from '../source/lines.ts';

const toPosition = ({line, column}: Position): ProtocolPosition => ({line: line - 1, character: column - 1});

export const toRange = ({start, end}: Range): ProtocolRange => ({start: toPosition(start), end: toPosition(end)});

/** Whether two ranges have a position in common. Ranges that touch do: a cursor behind a word is at the word. */
export const touches = (a: ProtocolRange, b: ProtocolRange): boolean =>
  !isBefore(a.end, b.start) && !isBefore(b.end, a.start);

const isBefore = (a: ProtocolPosition, b: ProtocolPosition): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);
