/** Reads JSON with comments, trailing commas and syntax errors: even such a text gives a tree, and every error has its place. */

import {createScanner, type Node as Parsed, type ParseError, parseTree} from 'jsonc-parser';
import {duplicateKey} from './duplicate-key.ts';
import {commentIn} from './json-comment.ts';
import {type Comment, maxDepth, type Node, type Property, type Source, type SourceProblem} from './tree.ts';

export function readTolerantly(path: string, text: string): Source {
  const problems: SourceProblem[] = [];
  const {parsed, errors} = parse(text, problems);
  if (text.trim() === '') problems.push(emptyFile(text));
  else problems.push(...syntaxProblems(text, errors));
  const root = parsed && new Converter(problems).node(parsed, 0);
  return {
    path,
    text,
    format: 'json',
    documents: root === undefined ? [] : [root],
    comments: commentsOf(text),
    problems,
  };
}

const OPTIONS = {allowTrailingComma: true};

/** The parser recurses without end, and a hostile file must end as a finding, not as an error of the stack. */
function parse(text: string, problems: SourceProblem[]): {parsed: Parsed | undefined; errors: ParseError[]} {
  const errors: ParseError[] = [];
  // Replaces a byte order mark by a blank, so that offsets stay the same.
  const marked = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  try {
    return {parsed: parseTree(marked, errors, OPTIONS), errors};
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({
      code: 'RL006',
      message: `The file has too many levels of nesting for a policy.`,
      span: {start: 0, end: 1},
    });
    return {parsed: undefined, errors: []};
  }
}

class Converter {
  readonly #problems: SourceProblem[];

  constructor(problems: SourceProblem[]) {
    this.#problems = problems;
  }

  node(parsed: Parsed, depth: number): Node {
    const span = spanOf(parsed);
    const children = parsed.children ?? [];
    if (parsed.type !== 'object' && parsed.type !== 'array') return {kind: 'scalar', span, value: parsed.value ?? null};
    if (depth >= maxDepth) {
      const message = `Nested more than ${maxDepth} levels deep; a policy needs five.`;
      this.#problems.push({code: 'RL006', message, span: {start: span.start, end: span.start + 1}});
      return {kind: 'scalar', span, value: null};
    }
    if (parsed.type === 'array') {
      return {kind: 'list', span, items: children.map(child => this.node(child, depth + 1)), flow: true};
    }
    return {kind: 'object', span, properties: this.#properties(children, depth), flow: true};
  }

  #properties(children: readonly Parsed[], depth: number): Property[] {
    const seen = new Map<string, Property>();
    return children.flatMap(({children: [key, value] = [], colonOffset}) => {
      if (key === undefined || (value === undefined && colonOffset === undefined)) return [];
      // While a value is being typed, an editor asks which field it belongs to.
      const node = value === undefined ? missing(colonOffset! + 1) : this.node(value, depth + 1);
      const property = {key: key.value as string, keySpan: spanOf(key), value: node};
      const first = seen.get(property.key);
      if (first === undefined) seen.set(property.key, property);
      else this.#problems.push(duplicateKey(first, property));
      return [property];
    });
  }
}

const missing = (at: number): Node => ({kind: 'scalar', span: {start: at, end: at}, value: null});

const spanOf = ({offset, length}: Parsed) => ({start: offset, end: offset + length});

function emptyFile(text: string): SourceProblem {
  const message = 'The file is empty; the smallest policy is {"version": 1}.';
  return {code: 'RL001', message, span: {start: 0, end: Math.min(1, text.length)}};
}

/** After a syntax error the parser reports follow-up errors; keep one per line, and few in all. */
const maxProblems = 5;

function syntaxProblems(text: string, errors: readonly ParseError[]): SourceProblem[] {
  const found: SourceProblem[] = [];
  /** Where the line of the last problem ends. Errors come in the order of the text. */
  let lineEnd = -1;
  for (const {error, offset, length} of errors) {
    if (offset <= lineEnd) continue;
    if (found.length === maxProblems) break;
    const next = text.indexOf('\n', offset);
    lineEnd = next < 0 ? text.length : next;
    found.push(syntaxProblem(text, error, offset, length, errors.length));
  }
  return found;
}

function syntaxProblem(text: string, error: number, offset: number, length: number, errors: number): SourceProblem {
  const span = {start: Math.min(offset, text.length), end: Math.min(offset + Math.max(length, 1), text.length)};
  const message = `${MESSAGES[error - 1] ?? 'This is not JSON'}.`;
  if (error !== COMMA_EXPECTED) return {code: 'RL001', message, span};
  // The comma is missing where the last value ended, not where the next one begins.
  const end = endOfCode(text, offset);
  const fix = {title: 'Insert the comma', span: {start: end, end}, text: ','};
  const place = {start: end - 1, end};
  const isSure = isKey(text, offset) && mends(text, end, errors);
  return isSure ? {code: 'RL001', message, span: place, fix} : {code: 'RL001', message, span: place};
}

/** Before anything but a key, another character may be wrong: `03` and `[1 500]` may each be one number. */
const isKey = (text: string, at: number): boolean => /^"(?:[^"\\\n]|\\.)*"\s*:/.test(text.slice(at));

/** With another kind of error in the text, the comma may belong elsewhere: a brace may be missing in its place. */
function mends(text: string, at: number, errors: number): boolean {
  const left: ParseError[] = [];
  parseTree(`${text.slice(0, at)},${text.slice(at)}`, left, OPTIONS);
  return left.length < errors && left.every(({error}) => error === COMMA_EXPECTED);
}

// jsonc-parser's kinds of token; its enum is gone after compilation.
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const END = 17;

/** The end of the last token before an offset, without comments and blanks. */
function endOfCode(text: string, offset: number): number {
  const scanner = createScanner(text, true);
  let end = 0;
  while (scanner.scan() !== END && scanner.getTokenOffset() < offset) {
    end = scanner.getTokenOffset() + scanner.getTokenLength();
  }
  return Math.max(end, 1);
}

/** In the order of jsonc-parser's ParseErrorCode, which begins with 1. */
const MESSAGES: readonly string[] = [
  'This is not a JSON value: texts stand in double quotes',
  'This is not a JSON number',
  'A key in double quotes is missing here',
  'A value is missing here',
  'A colon is missing after this key',
  'A comma is missing after this value',
  'The object is never closed: a } is missing',
  'The list is never closed: a ] is missing',
  'The policy ended before this; nothing may follow it',
  'A comment cannot stand here',
  'The comment is never closed',
  'The text is never closed: a double quote is missing',
  'The number is cut off',
  'This is not a \\u escape: four hexadecimal digits follow \\u',
  'This is not a JSON escape',
  'A control character in a text has to be escaped',
];
const COMMA_EXPECTED = 6;

function commentsOf(text: string): Comment[] {
  if (!text.includes('//') && !text.includes('/*')) return [];
  const scanner = createScanner(text, false);
  const comments: Comment[] = [];
  for (let token = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token !== LINE_COMMENT && token !== BLOCK_COMMENT) continue;
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    comments.push(commentIn(text, start, end));
  }
  return comments;
}
