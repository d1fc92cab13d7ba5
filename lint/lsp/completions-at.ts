/** Completes the names of fields, and their values. */

import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  MarkupKind,
  type Position,
} from 'vscode-languageserver-types';
import {joinPath} from '../../src/policy/format.ts';
import {modelsOf, scopeAt} from '../model/models.ts';
import type {Scope} from '../model/scope.ts';
import {sourceOf} from '../source/files.ts';
import {linesOf} from '../source/lines.ts';
import {formatOf} from '../source/read.ts';
import type {Node} from '../source/tree.ts';
import {type Writing, writeField, writeValue} from './completion-text.ts';
import {type FieldAt, fieldAt} from './field-at.ts';
import {type FieldValue, valuesOf} from './field-values.ts';
import type {PolicyText} from './policy-text.ts';
import {toRange} from './positions.ts';
import {alternativesOf, policySchema, type SchemaNode, schemaAt} from './schema.ts';

export interface CompletionOptions {
  /** Whether completions may have places to fill in. */
  readonly snippets: boolean;
  /** Whether fields and values of the schema are completed, besides computed values. */
  readonly showsSchema: boolean;
}

export async function completionsAt(
  policy: PolicyText,
  position: Position,
  {snippets, showsSchema}: CompletionOptions,
): Promise<CompletionItem[]> {
  const at = await fieldAt(policy, position);
  if (!at.hasSchema) return [];
  const writing = {format: formatOf(policy.request.path), snippets};
  const schema = showsSchema ? await policySchema() : NO_SCHEMA;
  const target = targetOf(at, policy.text, schema);
  if (target === undefined) return [];
  const range = await rangeOf(target, policy);
  const node = schemaAt(schema, target.field, at.policy);
  const items =
    target.wants === 'key'
      ? keysOf(target, node, at, policy.text, writing)
      : valuesOf(node, target.field, await scopeOf(policy, at.offset)).map((value, index) =>
          valueItem(value, index, writing),
        );
  return items.map(item => ({...item, ...placed(item, range)}));
}

const NO_SCHEMA: SchemaNode = {};

/** What is completed, and the part of the text that a completion replaces. */
interface Target {
  readonly wants: 'key' | 'value';
  /** The field that is completed; for a key, that of the object around it. */
  readonly field: string;
  /** The object that is completed; undefined if it has no field yet. */
  readonly object: Node | undefined;
  readonly start: number;
  readonly end: number;
}

function targetOf({location, offset}: FieldAt, text: string, schema: SchemaNode): Target | undefined {
  if (location?.field === undefined) return undefined;
  const {field, part, node} = location;
  const word = wordAt(text, offset);
  if (part === 'key') return {wants: 'key', field: field.replace(/(?:^|\.)[^.[\]]*$/, ''), object: undefined, ...word};
  if (part === 'inside' && node.kind === 'list')
    return {wants: 'value', field: joinPath(field, 0), object: undefined, ...word};
  if (node.kind === 'object') return {wants: 'key', field, object: node, ...word};
  // A YAML block begins as a text: its first key has no colon yet.
  const isOwnLine = !text
    .slice(0, word.start)
    .match(/[^\n]*$/)![0]
    .trim()
    .replace(/^-\s*/, '');
  const isBlock =
    isOwnLine &&
    alternativesOf(schemaAt(schema, field, undefined) ?? {}).some(({properties}) => properties !== undefined);
  if (isBlock) return {wants: 'key', field, object: undefined, ...word};
  const span = node.kind === 'scalar' && node.span.end > node.span.start ? node.span : word;
  return {wants: 'value', field, object: undefined, start: span.start, end: span.end};
}

/** The word around an offset, with a quote before it and behind it. */
function wordAt(text: string, offset: number): {start: number; end: number} {
  const before = /["']?[\w$.+/-]*(?:\w:[\w-]+)?$/.exec(text.slice(Math.max(0, offset - 200), offset))![0];
  const after = /^[\w$.:+/-]*["']?/.exec(text.slice(offset, offset + 200))![0];
  const isQuoted = /^["']/.test(before);
  return {start: offset - before.length, end: offset + (isQuoted ? after : after.replace(/[:"'].*$/, '')).length};
}

function keysOf(
  {field, object, end}: Target,
  node: SchemaNode | undefined,
  {policy}: FieldAt,
  text: string,
  writing: Writing,
): CompletionItem[] {
  if (node === undefined) return [];
  const value = writtenAt(policy, field);
  const fields = new Map(alternativesOf(node, value).flatMap(({properties = {}}) => Object.entries(properties)));
  const rest = text.slice(end);
  const isRenamed = /^\s*:/.test(rest);
  const needsComma = writing.format === 'json' && /^\s*["']/.test(rest);
  const present = object?.kind === 'object' ? object.properties.map(({key}) => key) : Object.keys(Object(value));
  return [...fields].flatMap(([name, child]) => {
    if (present.includes(name)) return [];
    const quoted = writing.format === 'json' ? JSON.stringify(name) : name;
    return [
      {
        label: name,
        kind: CompletionItemKind.Property,
        filterText: quoted,
        insertText: isRenamed ? quoted : writeField(name, child, writing, needsComma),
        insertTextFormat: writing.snippets && !isRenamed ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
        insertTextMode: InsertTextMode.adjustIndentation,
        ...documented(child.markdownDescription),
      },
    ];
  });
}

function valueItem({value, meaning, description}: FieldValue, index: number, {format}: Writing): CompletionItem {
  const text = writeValue(value, format);
  return {
    label: text,
    kind: CompletionItemKind.Value,
    filterText: text,
    insertText: text,
    // In the order of the list.
    sortText: String(index).padStart(3, '0'),
    ...(meaning === undefined ? {} : {detail: meaning}),
    ...documented(description),
  };
}

const documented = (value: string | undefined): Pick<CompletionItem, 'documentation'> =>
  value === undefined ? {} : {documentation: {kind: MarkupKind.Markdown, value}};

type Range = ReturnType<typeof toRange>;

/** An edit, because what editors take for a word has no quotes in it. */
const placed = ({insertText = ''}: CompletionItem, range: Range): Pick<CompletionItem, 'textEdit'> => ({
  textEdit: {range, newText: insertText},
});

async function rangeOf({start, end}: Target, {request}: PolicyText): Promise<Range> {
  return toRange(linesOf(await sourceOf(request)).rangeOf({start, end}));
}

async function scopeOf({request}: PolicyText, offset: number): Promise<Scope | undefined> {
  const models = await modelsOf(await sourceOf(request), request);
  return scopeAt(models, offset) ?? models[0]?.scopes[0];
}

function writtenAt(policy: unknown, path: string): unknown {
  let value = policy;
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const name = key ?? index!;
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  return value;
}
