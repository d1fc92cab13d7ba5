/** Reads a policy and the files that it extends: JSON with or without comments, and YAML. */
import {readFileSync, type Stats, statSync} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {dirname, extname, isAbsolute, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type ParseError, parseTree, printParseErrorCode, type Node as TreeNode} from 'jsonc-parser';
import {isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument} from 'yaml';
import {InvalidPolicyError, type PolicyProblem, SteadfetchError} from '../core/errors.ts';
import {flattenLayers} from '../policy/flatten.ts';
import {layersOf} from '../policy/layers.ts';
import {maxYamlValues} from '../policy/max-yaml-values.ts';
import {checkExtends, resolvePolicy} from '../policy/resolve.ts';
import {nearest, SUGGESTING} from '../policy/suggestions.ts';
import type {PolicyInput} from '../policy/types.ts';
import {readPolicy} from '../policy/validate.ts';

/** A policy without `extends`, and what was read for it. */
export interface PolicyFiles {
  readonly policy: PolicyInput;
  /** Absolute paths, in the order in which they were read, each once. */
  readonly files: readonly string[];
}

/** @throws SteadfetchError, InvalidPolicyError, as `loadPolicy` says. */
export async function readPolicyFiles(path: string | URL): Promise<PolicyFiles> {
  const walk = walkFiles(path);
  const files = new Set<string>();
  let step = walk.next();
  while (!step.done) {
    const file = step.value;
    files.add(file);
    step = walk.next(await readRegular(file).catch((cause: unknown) => unreadable(file, cause)));
  }
  return {policy: step.value, files: [...files]};
}

export function readPolicySync(path: string | URL): PolicyInput {
  const walk = walkFiles(path);
  let step = walk.next();
  while (!step.done) step = walk.next(readSync(step.value));
  return step.value;
}

async function readRegular(file: string): Promise<string> {
  requireRegular(file, await stat(file));
  return readFile(file, 'utf8');
}

function readSync(file: string): string {
  try {
    requireRegular(file, statSync(file));
    return readFileSync(file, 'utf8');
  } catch (cause) {
    return unreadable(file, cause);
  }
}

/** Both loaders walk the same way; this asks them for the text of one file after another. */
type Walk<T> = Generator<string, T, string>;

/** More is a mistake or a trap: files that each extend the next one twice double with every level. */
const maxLayers = 200;
const maxDepth = 32;

interface Layer {
  readonly policy: PolicyInput;
  /** The file, or the preset, for messages. */
  readonly source: string;
}

function* walkFiles(path: string | URL): Walk<PolicyInput> {
  const file = path instanceof URL ? fileURLToPath(path) : resolve(path);
  const layers = yield* walkLayers(file, []);
  const flat = flattenLayers(layers.map(({policy}) => policy));
  try {
    resolvePolicy(flat);
  } catch (error) {
    throw error instanceof InvalidPolicyError ? withSources(error, layers, file) : error;
  }
  return flat;
}

/** The layers of a file, the lowest first: what it extends, left to right, then itself. */
function* walkLayers(file: string, chain: readonly string[]): Walk<Layer[]> {
  if (chain.includes(file)) {
    const names = [...chain.slice(chain.indexOf(file)), file].map(shown);
    throw new SteadfetchError(
      'POLICY_FILE',
      `${shown(file)} extends itself: ${names.join(' → ')}. Take one of them out of extends.`,
    );
  }
  if (chain.length > maxDepth) {
    const message = `${shown(chain[0] as string)} extends files more than ${maxDepth} levels deep. Extend fewer files.`;
    throw new SteadfetchError('POLICY_FILE', message);
  }
  const {value: policy, problems} = readPolicy(parse(file, withoutMark(yield file)), SUGGESTING);
  if (problems.length > 0) throw inFile(problems, file);
  const layers: Layer[] = [];
  for (const [index, name] of (policy.extends ?? []).entries()) {
    layers.push(
      ...(isFile(name)
        ? yield* walkLayers(resolve(dirname(file), name), [...chain, file])
        : presetLayers(name, index, file)),
    );
    if (layers.length >= maxLayers) {
      throw new SteadfetchError(
        'POLICY_FILE',
        `${shown(file)} builds on more than ${maxLayers} layers. Extend fewer files.`,
      );
    }
  }
  return [...layers, {policy, source: shown(file)}];
}

const isFile = (name: string): boolean =>
  /^\.{1,2}[/\\]/.test(name) || isAbsolute(name) || /\.(?:jsonc?|ya?ml)$/i.test(name);

function presetLayers(name: string, index: number, file: string): Layer[] {
  const problems = checkExtends(name, `extends[${index}]`, nearest);
  if (problems.length > 0) throw inFile(problems, file);
  return layersOf({extends: [name]})
    .slice(0, -1)
    .map(policy => ({policy, source: name}));
}

function parse(file: string, text: string): unknown {
  switch (extname(file).toLowerCase()) {
    case '.json':
    case '.jsonc':
      return parseJson(file, text);
    case '.yaml':
    case '.yml':
      return parseYaml(file, text);
    default:
      throw new SteadfetchError(
        'POLICY_FILE',
        `${shown(file)} is not a policy file by its name. Policy files end in .json, .jsonc, .yaml or .yml.`,
      );
  }
}

function parseJson(file: string, text: string): unknown {
  const errors: ParseError[] = [];
  const tree = tooDeepIsAnError(file, () => parseTree(text, errors, {allowTrailingComma: true}));
  const [first] = errors;
  if (first !== undefined)
    throw syntaxError(file, positionAt(text, first.offset), spaced(printParseErrorCode(first.error)));
  if (tree === undefined) throw syntaxError(file, '1:1', 'the file is empty');
  return tooDeepIsAnError(file, () => readValue(tree, file, text));
}

/** The value of a tree. jsonc-parser's own takes the last of two equal keys without a word. */
function readValue(node: TreeNode, file: string, text: string): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map(child => readValue(child, file, text));
  if (node.type !== 'object') return node.value;
  const fields = new Map<string, unknown>();
  for (const {children: [key, value] = []} of children) {
    if (key === undefined || value === undefined) continue;
    if (fields.has(key.value))
      throw syntaxError(
        file,
        positionAt(text, key.offset),
        `the key ${JSON.stringify(key.value)} is already used in this object`,
      );
    fields.set(key.value, readValue(value, file, text));
  }
  // fromEntries defines keys and never assigns them, so that "__proto__" stays a key and is refused as a field.
  return Object.fromEntries(fields);
}

/** The parser's words would be about the parser. */
const YAML_WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key is already used in this object',
  MULTIPLE_DOCS: 'a second YAML document begins here, and a policy file holds one',
};

function parseYaml(file: string, text: string): unknown {
  const lineCounter = new LineCounter();
  const document = tooDeepIsAnError(file, () => parseDocument(text, {lineCounter, merge: true, prettyErrors: false}));
  const [first] = document.errors;
  if (first !== undefined) {
    const {line, col} = lineCounter.linePos(first.pos[0]);
    throw syntaxError(file, `${line}:${col}`, YAML_WORDS[first.code] ?? first.message);
  }
  if (tooDeepIsAnError(file, () => unfold(document.contents)) > maxYamlValues) {
    const message = `${shown(file)} expands to more than ${maxYamlValues} values, the limit for a policy.`;
    throw new SteadfetchError('POLICY_FILE', message);
  }
  try {
    return document.toJS();
  } catch (cause) {
    throw new SteadfetchError(
      'POLICY_FILE',
      `${shown(file)} cannot be read as YAML: ${(cause as Error).message}.`,
      cause,
    );
  }
}

/**
 * Puts values in place of their aliases. The parser would go through the document for each alias.
 *
 * @returns How many values there are then, as the linter counts them: a few lines can unfold to millions.
 */
function unfold(root: unknown): number {
  const anchors = new Map<string, {readonly node: unknown; size: number}>();
  let size = 0;
  const placed = (node: unknown): unknown => {
    const target = isAlias(node) ? anchors.get(node.source) : undefined;
    size += target === undefined ? 0 : 1 + target.size;
    if (target !== undefined || !isNode(node)) return target?.node ?? node;
    const before = size++;
    // A value that stands in itself has no end.
    const anchored = {node, size: Infinity};
    if (!isAlias(node) && node.anchor) anchors.set(node.anchor, anchored);
    if (isSeq(node)) node.items = node.items.map(placed);
    if (isMap(node))
      for (const pair of node.items) {
        pair.key = placed(pair.key);
        // Only values count.
        if (isScalar(pair.key)) size--;
        pair.value = placed(pair.value);
      }
    anchored.size = size - before;
    return node;
  };
  placed(root);
  return size;
}

/** Both parsers recurse; a hostile file must end as an error of the file, not of the stack. */
function tooDeepIsAnError<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SteadfetchError('POLICY_FILE', `${shown(file)} is nested too deep to be a policy.`, cause);
  }
}

function syntaxError(file: string, position: string, words: string): SteadfetchError {
  return new SteadfetchError('POLICY_FILE', `${shown(file)}:${position}: ${words}.`);
}

/** Refuses FIFOs, because opening one waits for a writer, and devices, which may never end. */
function requireRegular(file: string, stats: Stats): void {
  if (stats.isFile() || stats.isDirectory()) return; // Reading a directory fails with its own error code.
  throw new SteadfetchError('POLICY_FILE', `The policy file ${shown(file)} is not a regular file.`);
}

function unreadable(file: string, cause: unknown): never {
  if (cause instanceof SteadfetchError) throw cause;
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EISDIR'
        ? 'is a directory'
        : `cannot be read (${code ?? String(cause)})`;
  throw new SteadfetchError('POLICY_FILE', `The policy file ${shown(file)} ${why}.`, cause);
}

const inFile = (problems: readonly PolicyProblem[], file: string): InvalidPolicyError =>
  new InvalidPolicyError(problems.map(({path, message}) => ({path, message: `${message} (in ${shown(file)})`})));

/** Problems of the merged policy belong to the file that was asked for; those of a route, to the layer that wrote it. */
function withSources(error: InvalidPolicyError, layers: readonly Layer[], file: string): InvalidPolicyError {
  const routes = layers
    .toReversed()
    .flatMap(({policy, source}) => (policy.routes ?? []).map((_, index) => ({source, index})));
  return new InvalidPolicyError(
    error.problems.map(({path, message}) => {
      const [prefix, number] = /^routes\[(\d+)\]/.exec(path) ?? [];
      const route = number === undefined ? undefined : routes[Number(number)];
      if (prefix === undefined || route === undefined)
        return {path, message: `${message} (in ${shown(file)} and what it extends)`};
      return {path: `routes[${route.index}]${path.slice(prefix.length)}`, message: `${message} (in ${route.source})`};
    }),
  );
}

/** Relative to where the program runs, as compilers write it, unless the file is elsewhere. */
function shown(file: string): string {
  const near = relative('', file);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? file : near;
}

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${before.length}:${(before.at(-1) as string).length + 1}`;
}

/** `CommaExpected` as words. */
const spaced = (code: string): string => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
