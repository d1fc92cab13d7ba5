/**
 * Reads JSON with comments and trailing commas. A valid text, as nearly all are, is read here in one pass. For any other text a parser that
 * recovers from errors is loaded.
 */

import {duplicateKey} from './duplicate-key.ts';
import {commentIn} from './json-comment.ts';
import {
  type Comment,
  type ListNode,
  maxDepth,
  type Node,
  type ObjectNode,
  type Property,
  type ScalarNode,
  type Source,
  type SourceProblem,
} from './tree.ts';

export async function readJson(path: string, text: string): Promise<Source> {
  const source =
    new JsonReader(path, text).source() ??
    (isStateMachine(text) ? new JsonReader(path, text, true).source() : undefined);
  if (source !== undefined) return source;
  const {readTolerantly} = await import('./tolerant-json.ts');
  return readTolerantly(path, text);
}

/** Terraform and the SAM fill `${x}` into state machines of AWS, outside of texts, too. */
const isStateMachine = (text: string): boolean => text.includes('"StartAt"') && text.includes('${');

/** Its methods return undefined at a syntax error. */
class JsonReader {
  readonly #path: string;
  readonly #text: string;
  readonly #comments: Comment[] = [];
  readonly #problems: SourceProblem[] = [];
  readonly #isTemplate: boolean;
  #at: number;

  /** @param isTemplate Whether `${x}` is a value, as its text. */
  constructor(path: string, text: string, isTemplate = false) {
    this.#isTemplate = isTemplate;
    this.#path = path;
    this.#text = text;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  source(): Source | undefined {
    const root = this.#value(0);
    // A second value, or a comment that is never closed, is a syntax error.
    if (root === undefined || this.#nextToken() !== END) return undefined;
    const [path, text, comments, problems] = [this.#path, this.#text, this.#comments, this.#problems];
    return {path, text, format: 'json', documents: [root], comments, problems};
  }

  #value(depth: number): Node | undefined {
    const token = this.#nextToken();
    if (token === '{') return depth < maxDepth ? this.#object(depth) : undefined;
    if (token === '[') return depth < maxDepth ? this.#list(depth) : undefined;
    return token === '"' ? this.#string() : this.#numberOrWord();
  }

  #object(depth: number): ObjectNode | undefined {
    const start = this.#at++;
    const properties: Property[] = [];
    const seen = new Map<string, Property>();
    while (this.#nextToken() !== '}') {
      const property = this.#property(depth);
      if (property === undefined || !this.#separatorBefore('}')) return undefined;
      const first = seen.get(property.key);
      if (first === undefined) seen.set(property.key, property);
      else this.#problems.push(duplicateKey(first, property));
      properties.push(property);
    }
    return {kind: 'object', span: {start, end: ++this.#at}, properties, flow: true};
  }

  #property(depth: number): Property | undefined {
    const key = this.#text[this.#at] === '"' ? this.#string() : undefined;
    if (key === undefined || this.#nextToken() !== ':') return undefined;
    this.#at++;
    const value = this.#value(depth + 1);
    return value && {key: key.value, keySpan: key.span, value};
  }

  #list(depth: number): ListNode | undefined {
    const start = this.#at++;
    const items: Node[] = [];
    while (this.#nextToken() !== ']') {
      const item = this.#value(depth + 1);
      if (item === undefined || !this.#separatorBefore(']')) return undefined;
      items.push(item);
    }
    return {kind: 'list', span: {start, end: ++this.#at}, items, flow: true};
  }

  /** Reads the comma behind an entry, unless the list or the object ends there. */
  #separatorBefore(close: string): boolean {
    const token = this.#nextToken();
    if (token === ',') this.#at++;
    return token === ',' || token === close;
  }

  #string(): (ScalarNode & {readonly value: string}) | undefined {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    let isEscaped = false;
    for (; text[end] !== '"'; end++) {
      // At the end of the text the code is NaN.
      if (!(text.charCodeAt(end) >= 0x20)) return undefined;
      if (text[end] !== '\\') continue;
      isEscaped = true;
      end++;
    }
    this.#at = ++end;
    const value = isEscaped ? parsed(text.slice(start, end)) : text.slice(start + 1, end - 1);
    return typeof value === 'string' ? {kind: 'scalar', span: {start, end}, value} : undefined;
  }

  #numberOrWord(): ScalarNode | undefined {
    const start = this.#at;
    const pattern = this.#isTemplate && this.#text[start] === '$' ? FILLED_IN : NUMBER_OR_WORD;
    pattern.lastIndex = start;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return {kind: 'scalar', span: {start, end: this.#at}, value: pattern === FILLED_IN ? found : JSON.parse(found)};
  }

  /** The next character that is neither a blank nor in a comment; END at the end of the text. */
  #nextToken(): string {
    const text = this.#text;
    for (;;) {
      const character = text[this.#at];
      if (character === undefined) return END;
      if (character === '/') {
        if (!this.#comment()) return character;
      } else if (character === ' ' || character === '\n' || character === '\r' || character === '\t') this.#at++;
      else return character;
    }
  }

  #comment(): boolean {
    const start = this.#at;
    const pattern = this.#text[start + 1] === '*' ? BLOCK_COMMENT : LINE_COMMENT;
    pattern.lastIndex = start;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return false;
    this.#at += found.length;
    this.#comments.push(commentIn(this.#text, start, this.#at));
    return true;
  }
}

const END = '';
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const FILLED_IN = /\$\{[^{}\n]*\}/y;
const LINE_COMMENT = /\/\/[^\r\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;

/** The value of a text in quotes; undefined if an escape is invalid. */
function parsed(quoted: string): unknown {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}
