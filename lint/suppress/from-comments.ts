/** Suppressions in comments: of JSONC, and of YAML. */

import type {Plan} from '../edit/plan.ts';
import {endOfLine, lineStart, startsLine} from '../edit/text-lines.ts';
import type {Finding} from '../finding.ts';
import {once} from '../report/lazy-fix.ts';
import {type Lines, linesOf} from '../source/lines.ts';
import {isPython} from '../source/python-path.ts';
import type {Comment, Source, Span} from '../source/tree.ts';
import {type Directive, readDirective} from './directive.ts';
import type {Suppression} from './suppression.ts';

export function fromComments(source: Source): Suppression[] {
  const {comments} = source;
  if (comments.length === 0) return [];
  const lines = linesOf(source);
  const next = once(() => nextLines(comments, lines));
  return comments.flatMap(comment => {
    const directive = readDirective(comment.text);
    if (directive === undefined) return [];
    const {rules, reason, until} = directive;
    const covers = coverage(directive, comment, next, lines);
    return [
      {
        by: 'comment' as const,
        span: comment.span,
        pointer: '',
        rules,
        reason,
        reasonMark: '--' as const,
        until,
        covers,
        removal: () => removalOf(comment, source),
      },
    ];
  });
}

function coverage(
  {kind}: Directive,
  {span}: Comment,
  next: () => readonly number[],
  lines: Lines,
): (finding: Finding) => boolean {
  if (kind === 'file') return () => true;
  const own = lines.positionAt(span.end).line;
  const line = kind === 'line' ? own : next()[own];
  return ({range}) => range.start.line === line;
}

/** Finds the next line behind a comment that has something on it. */
export function linesBehind({comments}: Source, lines: Lines): (comment: Comment) => number {
  const next = once(() => nextLines(comments, lines));
  return ({span}) => next()[lines.positionAt(span.end).line]!;
}

/** The next line after each that has something on it: directives may be stacked, and blank lines do not count. */
function nextLines(comments: readonly Comment[], lines: Lines): readonly number[] {
  const inComments = new Set<number>();
  for (const {span, alone} of comments) {
    if (!alone) continue;
    const last = lines.positionAt(span.end).line;
    for (let line = lines.positionAt(span.start).line; line <= last; line++) inComments.add(line);
  }
  const next: number[] = [];
  for (let line = lines.count; line > 0; line--) {
    const below = line + 1;
    const isEmpty = inComments.has(below) || lines.lineText(below).trim() === '';
    next[line] = below < lines.count && isEmpty ? next[below]! : below;
  }
  return next;
}

/** In the first two lines of a Python file a comment may name its encoding (PEP 263). */
const ENCODED = 2;
const CODING = /^[ \t\f]*#.*coding[:=]/m;

/** Later lines of the comment are a note of the author, and stay. */
export function removalOf(comment: Comment, source: Source): Plan | undefined {
  const {text} = source;
  const [, note] = /^[^\n]*\n(.*)$/s.exec(comment.text) ?? [];
  if (isPython(source.path) && linesOf(source).positionAt(comment.span.start).line <= ENCODED) {
    if (/coding[:=]/.test(comment.text)) return undefined;
    // An empty line stays, so that no line below becomes one of them.
    if (comment.alone && CODING.test(text)) return {edits: [{...comment.span, text: ''}]};
  }
  if (note === undefined) return {edits: [{...wholeOf(comment, text), text: ''}]};
  // As the first line of the comment, the note would be read.
  if (readDirective(note.trim()) !== undefined) return undefined;
  return {edits: [{...firstLineOf(comment, text), text: ''}]};
}

/** The line of the directive: what follows the mark of the comment, or a line of its own. */
function firstLineOf({span, text: own}: Comment, text: string): Span {
  const at = text.indexOf(own, span.start);
  const end = endOfLine(text, at);
  if (startsLine(text, at)) return {start: lineStart(text, at), end: text.indexOf('\n', end) + 1};
  return {start: at - /[ \t]*$/.exec(text.slice(span.start, at))![0].length, end};
}

/** A comment with its line, if it has one of its own; else with the blanks before it. */
function wholeOf({span, alone}: Comment, text: string): Span {
  const from = lineStart(text, span.start);
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(span.end))?.[0];
  if (alone && rest !== undefined) return {start: from, end: span.end + rest.length};
  const blanks = /[ \t]*$/.exec(text.slice(from, span.start))![0].length;
  return {start: alone ? span.start : span.start - blanks, end: span.end};
}
