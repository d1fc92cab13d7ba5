/**
 * Suppressions in Python: those of all comments, `# retry-lint-ignore RL203: reason`, and `# noqa: RL203` among the codes of other linters.
 *
 * Formatters break a call into lines, and put the comment at its end behind the last: there it is for the whole call, as is one before the first line.
 */

import type {Finding} from '../finding.ts';
import {type Lines, linesOf} from '../source/lines.ts';
import type {Comment, Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {ignoreWord, readReason} from './directive.ts';
import {fromComments, linesBehind, removalOf} from './from-comments.ts';
import type {Suppression} from './suppression.ts';

/** @param isRule Whether a code of `# noqa` is one of this run. Other linters have their own. */
export function fromPython(source: Source, calls: readonly Unit[], isRule: (name: string) => boolean): Suppression[] {
  const lines = linesOf(source);
  const coverage = coverageIn(source, calls, lines);
  const own = source.comments.flatMap(comment => {
    const said = readIgnore(comment.text) ?? (comment.alone ? undefined : readNoqa(comment.text, isRule));
    if (said === undefined) return [];
    const {isWhole, ...rest} = said;
    const removal = () => (isWhole ? removalOf(comment, source) : undefined);
    const covers = coverage(comment);
    return [{by: 'comment' as const, span: comment.span, pointer: '', covers, removal, ...rest}];
  });
  return [...fromComments(source), ...own];
}

interface Said extends Pick<Suppression, 'rules' | 'reason' | 'reasonMark' | 'until'> {
  /** Whether the comment says nothing else. */
  readonly isWhole: boolean;
}

const IGNORE = new RegExp(`(?:^|#\\s*)${ignoreWord}(?![\\w-])([^:]*?)(?:(?::|\\s--(?=\\s|$))(.*))?$`, 's');

function readIgnore(comment: string): Said | undefined {
  const found = IGNORE.exec(comment);
  if (found === null) return undefined;
  const [, names = '', reason = ''] = found;
  const rules = names.split(/[\s,]+/).filter(name => name !== '');
  return {rules, ...readReason(reason), reasonMark: ':', isWhole: found.index === 0};
}

/** As flake8 and Ruff read it. */
const NOQA = /(?:^|#\s*)noqa\s*:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)/i;
const OURS = /^RL\d{3}$/i;

function readNoqa(comment: string, isRule: (name: string) => boolean): Said | undefined {
  const found = NOQA.exec(comment);
  if (found === null) return undefined;
  const names = (found[1] ?? '').split(/[\s,]+/);
  const rules = names.filter(name => isRule(name) || OURS.test(name));
  if (rules.length === 0) return undefined;
  const isWhole = found[0].length === comment.length && rules.length === names.length;
  return {rules, reason: undefined, reasonMark: undefined, until: undefined, isWhole};
}

/** From one line to another. */
interface Lined {
  readonly first: number;
  readonly last: number;
}

function coverageIn(
  source: Source,
  calls: readonly Unit[],
  lines: Lines,
): (comment: Comment) => (finding: Finding) => boolean {
  const behind = linesBehind(source, lines);
  const marked: readonly Lined[] = calls.map(({keySpan, root}) => ({
    first: lines.positionAt((keySpan ?? root.span).start).line,
    last: lines.positionAt(root.span.end).line,
  }));
  const byFirst = Map.groupBy(marked, ({first}) => first);
  const byLast = Map.groupBy(marked, ({last}) => last);
  return comment => {
    const line = comment.alone ? behind(comment) : lines.positionAt(comment.span.end).line;
    const own: readonly Lined[] = (comment.alone ? byFirst : byLast).get(line) ?? [];
    return ({range: {start}}) =>
      start.line === line || own.some(({first, last}) => first <= start.line && start.line <= last);
  };
}
