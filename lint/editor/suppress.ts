/** Writes suppressions: what an editor offers beside the fixes of a finding. */

import {type Languages, policiesOf} from '../dialects/policies.ts';
import {Patch} from '../edit/patch.ts';
import type {TextEdit} from '../edit/text-edit.ts';
import {indentAt, lineBreak, startsLine} from '../edit/text-lines.ts';
import {writeJson} from '../edit/write-json.ts';
import type {Finding, Fix} from '../finding.ts';
import {type FilesRequest, sourceOf} from '../source/files.ts';
import {linesOf} from '../source/lines.ts';
import {isPython} from '../source/python-path.ts';
import {type Node, propertyOf, type Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {canBeSuppressed} from '../suppress/apply.ts';
import {blockKey} from '../suppress/from-block.ts';

/** The argument of `suppress`. */
export interface SuppressRequest extends FilesRequest {
  /** The file, one of `files`. */
  readonly path: string;
  /** The dialects, if they are configured. */
  readonly config?: Languages;
  /** The finding, from a report of this text. */
  readonly finding: Finding;
  /** Why the finding is accepted. A suppression without a reason is a finding itself. */
  readonly reason: string;
  /** The last day on which the suppression applies: `2027-01-01`. */
  readonly until?: string;
  /** here: this finding. file: all findings of its rule in the file, or in the policy where the policy holds the suppression. */
  readonly where?: 'here' | 'file';
}

/**
 * Writes a suppression of a finding: as a comment if the file can have one, else in the policy, under `x-retry-lint`. A `.json` file
 * without comments gets none, because its reader may not support them.
 *
 * @param request The file, the finding, and the reason.
 *
 * @returns The edits and their title; undefined if the finding cannot be suppressed in this file.
 * @throws TypeError if `files` does not have `path`.
 *
 * @example
 * const change = await suppress({path, files, finding, reason: 'a single client'});
 */
export async function suppress(request: SuppressRequest): Promise<Omit<Fix, 'safety'> | undefined> {
  const {path, finding, where = 'here'} = request;
  if (!canBeSuppressed(finding)) return undefined;
  const source = await sourceOf(request);
  const isPlainJson = /\.json$/i.test(path) && source.comments.length === 0;
  const edits = isPlainJson ? blockEdits(source, request) : commentEdits(source, request);
  if (edits === undefined) return undefined;
  const lines = linesOf(source);
  const title = `Suppress ${finding.code} ${where === 'file' ? 'in this file' : 'here'}`;
  return {title, edits: edits.map(edit => ({...edit, range: lines.rangeOf(edit)}))};
}

function commentEdits(source: Source, {finding, reason, until, where}: SuppressRequest): TextEdit[] | undefined {
  const {text, format} = source;
  const line = where === 'file' ? 1 : finding.range.start.line;
  const isScript = where === 'file' && text.startsWith('#!');
  const at = Math.max(linesOf(source).startOf(isScript ? 2 : line), text.startsWith('\uFEFF') ? 1 : 0);
  // A comment in the middle of a text would be a part of the text.
  if (isInside(source, at)) return undefined;
  const directive = where === 'file' ? 'retry-lint-disable' : 'retry-lint-disable-next-line';
  const why = [oneLine(reason), ...(until === undefined ? [] : [`until ${until}`])].join(' ');
  const mark = format === 'yaml' || isPython(source.path) ? '#' : '//';
  const indent = where === 'file' ? '' : /^[ \t]*/.exec(text.slice(at))![0];
  return [{start: at, end: at, text: `${indent}${mark} ${directive} ${finding.code} -- ${why}${lineBreak(text)}`}];
}

const oneLine = (reason: string): string => reason.trim().replace(/\s+/g, ' ');

function isInside({documents, comments}: Source, at: number): boolean {
  const splits = ({start, end}: {start: number; end: number}): boolean => start < at && at < end;
  const walk = (node: Node): boolean => {
    if (node.kind === 'scalar') return splits(node.span);
    return node.kind === 'list' ? node.items.some(walk) : node.properties.some(({value}) => walk(value));
  };
  return comments.some(({span}) => splits(span)) || documents.some(walk);
}

function blockEdits(source: Source, request: SuppressRequest): readonly TextEdit[] | undefined {
  const {finding, reason, until, where} = request;
  const policies = policiesOf(source, request.config);
  const line = linesOf(source).startOf(finding.range.start.line) + finding.range.start.column - 1;
  const policy = policies.findLast(({shape: {unit}}) => (unit.keySpan ?? unit.root.span).start <= line);
  if (policy === undefined || !policy.dialect.ignoresExtensions) return undefined;
  const {unit} = policy.shape;
  const at = where === 'file' ? '' : placeIn(unit, finding);
  const entry = {
    rule: finding.code,
    ...(at === '' ? {} : {at}),
    reason: oneLine(reason),
    ...(until === undefined ? {} : {until}),
  };
  const list = propertyOf(propertyOf(unit.root, blockKey)?.value, 'disable')?.value;
  const last = list?.kind === 'list' ? list.items.at(-1) : undefined;
  if (last !== undefined) return [entryBehind(source.text, last, entry)];
  const patch = new Patch(unit);
  return patch.set([blockKey, 'disable'], [entry]) ? patch.edits() : undefined;
}

function entryBehind(text: string, {span: {start, end}}: Node, entry: object): TextEdit {
  const gap = startsLine(text, start) ? `,${lineBreak(text)}${indentAt(text, start)}` : ', ';
  return {start: end, end, text: gap + writeJson(entry)};
}

/** The identity of the finding, by which the suppression still applies after routes are moved. Of equal routes only the first has one of its own. */
function placeIn({id, base}: Unit, {code, fingerprint, pointer}: Finding): string {
  const identity = fingerprint.slice(code.length + 1);
  return / #\d+$/.test(identity) ? within(base, pointer) : within(id, identity);
}

const within = (outer: string, path: string): string =>
  outer !== '' && path.startsWith(outer) ? path.slice(outer.length).replace(/^\./, '') : path;
