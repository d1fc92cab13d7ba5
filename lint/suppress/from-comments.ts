/** Suppressions in comments: of JSONC, and of YAML. */

import {lineStart} from '../edit/text-lines.ts';
import type {Finding} from '../finding.ts';
import {once} from '../report/lazy-fix.ts';
import {type Lines, linesOf} from '../source/lines.ts';
import type {Comment, Source, Span} from '../source/tree.ts';
import {type Directive, readDirective} from './directive.ts';
import type {Suppression} from './suppression.ts';

export function fromComments(source: Source): Suppression[] {
  const {text, comments} = source;
  if (comments.length === 0) return [];
  const lines = linesOf(source);
  const inComments = once(() => linesInComments(comments, lines));
  return comments.flatMap(comment => {
    const directive = readDirective(comment.text);
    if (directive === undefined) return [];
    const {rules, reason, until} = directive;
    const covers = coverage(directive, comment, inComments, lines);
    return [
      {
        by: 'comment',
        span: comment.span,
        pointer: '',
        rules,
        reason,
        until,
        covers,
        removal: () => ({edits: [{...wholeOf(comment, text), text: ''}]}),
      },
    ];
  });
}

function coverage(
  {kind}: Directive,
  {span}: Comment,
  inComments: () => ReadonlySet<number>,
  lines: Lines,
): (finding: Finding) => boolean {
  if (kind === 'file') return () => true;
  const own = lines.positionAt(span.end).line;
  const line = kind === 'line' ? own : nextLine(own, inComments(), lines);
  return ({range}) => range.start.line === line;
}

/** The next line with something on it: directives may be stacked, and blank lines do not count. */
function nextLine(from: number, inComments: ReadonlySet<number>, lines: Lines): number {
  let line = from + 1;
  while (line < lines.count && (inComments.has(line) || lines.lineText(line).trim() === '')) line++;
  return line;
}

function linesInComments(comments: readonly Comment[], lines: Lines): ReadonlySet<number> {
  const found = new Set<number>();
  for (const {span, alone} of comments) {
    if (!alone) continue;
    const last = lines.positionAt(span.end).line;
    for (let line = lines.positionAt(span.start).line; line <= last; line++) found.add(line);
  }
  return found;
}

/** A comment with its line, if it has one of its own; else with the blanks before it. */
function wholeOf({span, alone}: Comment, text: string): Span {
  const from = lineStart(text, span.start);
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(span.end))?.[0];
  if (alone && rest !== undefined) return {start: from, end: span.end + rest.length};
  const blanks = /[ \t]*$/.exec(text.slice(from, span.start))![0].length;
  return {start: alone ? span.start : span.start - blanks, end: span.end};
}
