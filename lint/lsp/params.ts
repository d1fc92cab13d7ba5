/** Checks the parameters that a client sends, so that a mistake of the client is answered as one. */

import {DocumentUri, ErrorCodes, Position, Range, ResponseError} from 'vscode-languageserver-protocol';

type Check = (params: Readonly<Record<string, unknown>>) => string | undefined;

const partOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export type Need =
  | 'capabilities'
  | 'textDocument'
  | 'text'
  | 'version'
  | 'contentChanges'
  | 'position'
  | 'range'
  | 'command';

/** What a request or a notification must have. Each check returns what is wrong. */
const CHECKS: Readonly<Record<Need, Check>> = {
  capabilities: ({capabilities}) =>
    typeof capabilities === 'object' && capabilities !== null ? undefined : 'capabilities must be an object',
  textDocument: ({textDocument}) =>
    DocumentUri.is(partOf(textDocument).uri) ? undefined : 'textDocument.uri must be a string',
  text: ({textDocument}) => {
    const {languageId, version, text} = partOf(textDocument);
    const isWhole = typeof languageId === 'string' && typeof version === 'number' && typeof text === 'string';
    return isWhole ? undefined : 'textDocument must have languageId, version and text';
  },
  version: ({textDocument}) =>
    typeof partOf(textDocument).version === 'number' ? undefined : 'textDocument.version must be a number',
  contentChanges: ({contentChanges}) =>
    Array.isArray(contentChanges) && contentChanges.every(isChange)
      ? undefined
      : 'contentChanges must be a list of {range, text} or {text}',
  position: ({position}) => (Position.is(position) ? undefined : 'position must have line and character'),
  range: ({range}) => (Range.is(range) ? undefined : 'range must have start and end'),
  command: ({command}) => (typeof command === 'string' ? undefined : 'command must be a string'),
};

function isChange(value: unknown): boolean {
  const {range, text} = partOf(value);
  return typeof text === 'string' && (range === undefined || Range.is(range));
}

/** @throws ResponseError with the code of invalid parameters. */
export function checkParams(method: string, params: unknown, wanted: readonly Need[]): void {
  for (const need of wanted) {
    const problem = CHECKS[need](partOf(params));
    if (problem !== undefined)
      throw new ResponseError(ErrorCodes.InvalidParams, `Invalid parameters of ${method}: ${problem}.`);
  }
}
