/** YAML 1.2. Loaded only where a file is YAML: the parser is as large as all the rest of the linter. */

import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  type ParsedNode,
  Parser,
  visit,
  type YAMLMap,
  type Node as YamlNode,
} from 'yaml';
import {maxYamlValues} from '../../src/policy/max-yaml-values.ts';
import {duplicateKey} from './duplicate-key.ts';
import {isAlone} from './json-comment.ts';
import {type Comment, maxDepth, type Node, type Property, type Source, type SourceProblem, type Span} from './tree.ts';
import {yamlWords} from './yaml-words.ts';

export function readYaml(path: string, text: string): Source {
  const problems: SourceProblem[] = [];
  const converter = new Converter(text, problems);
  const documents = parse(text, problems).flatMap(document => converter.document(document));
  if (documents.length === 0 && problems.length === 0) {
    const message = 'The file is empty; the smallest policy is "version: 1".';
    problems.push({code: 'RL001', message, span: {start: 0, end: Math.min(1, text.length)}});
  }
  return {path, text, format: 'yaml', documents, comments: commentsOf(text), problems};
}

type Parsed = Document.Parsed<ParsedNode, true>;

function parse(text: string, problems: SourceProblem[]): readonly Parsed[] {
  try {
    const composer = new Composer<ParsedNode>({merge: true, uniqueKeys: false, strict: true});
    const documents = [...composer.compose(new Parser().parse(text))];
    const errors = documents.flatMap(document => document.errors);
    if (errors.some(({message}) => /call stack/.test(message))) throw new RangeError('nested too deep');
    // One mistake causes many errors, and only the first few help.
    for (const {message, pos} of errors.slice(0, 5)) {
      problems.push({code: 'RL001', message: `${yamlWords(message)}.`, span: inOneLine(pos, text)});
    }
    return documents;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({
      code: 'RL006',
      message: 'The file has too many levels of nesting for a policy.',
      span: {start: 0, end: 1},
    });
    return [];
  }
}

class Converter {
  readonly #text: string;
  readonly #problems: SourceProblem[];
  /** The node that each alias of the document stands for. */
  #targets: ReadonlyMap<YamlNode, YamlNode> = new Map();
  #nodes = 0;
  #isRefused = false;

  constructor(text: string, problems: SourceProblem[]) {
    this.#text = text;
    this.#problems = problems;
  }

  /** Its root; nothing of an empty document, such as the one between two marks. */
  document(document: Parsed): Node[] {
    this.#targets = aliasTargets(document);
    const {contents} = document;
    const isEmpty = contents === null || (contents.range[0] === contents.range[1] && isScalar(contents));
    return isEmpty ? [] : [this.node(contents, 0)];
  }

  /** @param site The place of the alias that brings the value. Problems of the value are reported there. */
  node(node: YamlNode, depth: number, site?: Span): Node {
    const span = site ?? this.#spanOf(node);
    if (++this.#nodes > maxYamlValues || depth >= maxDepth) return this.#refuse(span, depth);
    if (isAlias(node)) {
      const target = this.#targets.get(node);
      if (target !== undefined) return this.node(target, depth + 1, span);
      this.#misread(`No anchor &${node.source} stands before the alias *${node.source}.`, span);
      return this.#null(span);
    }
    if (isSeq(node)) {
      const items = node.items.map(item => this.node(item as YamlNode, depth + 1, site));
      return {kind: 'list', span, items, flow: node.flow === true, ...written(node, site)};
    }
    if (isMap(node)) {
      const properties = this.#properties(node, depth, site);
      return {kind: 'object', span, properties, flow: node.flow === true, ...written(node, site)};
    }
    return {kind: 'scalar', span, value: isScalar(node) ? plainValue(node.value) : null, ...written(node, site)};
  }

  #properties(map: YAMLMap, depth: number, site: Span | undefined): Property[] {
    const merged: Property[] = [];
    const own: Property[] = [];
    const seen = new Map<string, Property>();
    for (const {key, value} of map.items as Pair<YamlNode, YamlNode | null>[]) {
      if (this.#isRefused) break;
      const keySpan = site ?? this.#spanOf(key);
      const isMerge = isScalar(key) && (typeof key.value === 'symbol' || key.value === '<<');
      const name = isScalar(key) && !isMerge ? String(key.value) : this.#text.slice(keySpan.start, keySpan.end);
      const node =
        value === null ? this.#null({start: keySpan.end, end: keySpan.end}) : this.node(value, depth + 1, site);
      if (isMerge) {
        const brought = mergedProperties(node, keySpan);
        if (brought === undefined) {
          this.#misread('The merge key << takes a mapping, or a list of mappings.', node.span);
          continue;
        }
        this.#nodes += brought.length;
        merged.push(...brought);
        continue;
      }
      const property = {key: name, keySpan, value: node, ...(isTagged(key) ? {keyTagged: true as const} : {})};
      const first = seen.get(name);
      if (first === undefined) seen.set(name, property);
      else this.#problems.push(duplicateKey(first, property));
      own.push(property);
    }
    return [...merged.filter(({key}) => !seen.has(key)), ...own];
  }

  #misread(message: string, span: Span): void {
    this.#problems.push({code: 'RL001', message, span});
  }

  #null(span: Span): Node {
    return {kind: 'scalar', span, value: null};
  }

  #refuse(span: Span, depth: number): Node {
    const why =
      depth >= maxDepth
        ? `has more than ${maxDepth} levels of nesting`
        : `expands to more than ${maxYamlValues} values`;
    if (!this.#isRefused) {
      this.#isRefused = true;
      this.#problems.push({code: 'RL006', message: `The file ${why}, the limit for a policy.`, span});
    }
    return this.#null(span);
  }

  #spanOf(node: YamlNode): Span {
    const [start, end] = node.range ?? [0, 0];
    return clamp({start, end: end - trailing(this.#text.slice(start, end))}, this.#text);
  }
}

/**
 * Aliases by what they stand for: the last node before them with that anchor. The parser's own search goes through the document for each alias, which
 * takes seconds where a few lines unfold to many.
 */
function aliasTargets(document: Parsed): ReadonlyMap<YamlNode, YamlNode> {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<YamlNode, YamlNode>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined && node.anchor !== '') anchors.set(node.anchor, node);
    },
  });
  return targets;
}

const written = (node: YamlNode, site: Span | undefined): {borrowed?: true; tagged?: true} =>
  site !== undefined ? {borrowed: true} : isTagged(node) ? {tagged: true} : {};

const isTagged = (node: YamlNode): boolean => Boolean(node.tag ?? (!isAlias(node) && node.anchor));

/** The properties that `<<` brings; undefined where that is no mapping. If several maps have a key, the first map counts. */
function mergedProperties(node: Node, site: Span): Property[] | undefined {
  const maps = node.kind === 'list' ? node.items : [node];
  const found = new Map<string, Property>();
  for (const map of maps) {
    if (map.kind !== 'object') return undefined;
    for (const property of map.properties) {
      if (!found.has(property.key))
        found.set(property.key, {...property, keySpan: site, value: {...property.value, borrowed: true}});
    }
  }
  return [...found.values()];
}

/** Dates, bigints and binary are not values of a policy. They become texts, which are refused at their place. */
function plainValue(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value == null
      ? null
      : String(value);
}

const trailing = (text: string): number => text.length - text.trimEnd().length;

const clamp = ({start, end}: Span, text: string): Span => {
  const from = Math.min(Math.max(start, 0), text.length);
  return {start: from, end: Math.min(Math.max(end, from), text.length)};
};

/** Cuts an error that spans many lines to its first line. */
function inOneLine([start, end]: readonly [number, number], text: string): Span {
  const lineEnd = text.indexOf('\n', start);
  return clamp({start, end: lineEnd < 0 ? end : Math.min(end, lineEnd)}, text);
}

/** Tokens with which the lexer marks documents, scalars and errors. They have no text. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f', '\uFEFF']);

function commentsOf(text: string): Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token) && !text.startsWith(token, offset)) continue;
    if (token.startsWith('#')) {
      const span = {start: offset, end: offset + token.length};
      comments.push({span, text: token.replace(/^#+/, '').trim(), alone: isAlone(text, offset)});
    }
    offset += token.length;
  }
  return comments;
}
