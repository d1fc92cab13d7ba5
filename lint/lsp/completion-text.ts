/** Writes completions as the document would: keys and values of JSON or YAML, with places to fill in where the editor has them. */

import type {SourceFormat} from '../source/tree.ts';
import {alternativesOf, type SchemaNode} from './schema.ts';

export interface Writing {
  readonly format: SourceFormat;
  readonly snippets: boolean;
}

/** A key with a first value. */
export function writeField(name: string, node: SchemaNode, writing: Writing, comma: boolean): string {
  const {format} = writing;
  const key = escaped(format === 'json' ? JSON.stringify(name) : name, writing);
  const value = firstValue(node, writing);
  if (format === 'json') return `${key}: ${value}${comma ? ',' : ''}`;
  return value === '' || value.startsWith('\n') ? `${key}:${value || ' '}` : `${key}: ${value}`;
}

/** Braces and brackets are only written for JSON; in YAML the next line is indented. */
function firstValue(node: SchemaNode, writing: Writing): string {
  const {format, snippets} = writing;
  const [first = {}] = alternativesOf(node);
  const types = typeof first.type === 'string' ? [first.type] : (first.type ?? []);
  const stop = snippets ? '$1' : '';
  if (types.includes('object')) return format === 'json' ? `{${stop}}` : `\n  ${stop}`;
  if (types.includes('array')) return format === 'json' ? `[${stop}]` : `\n  - ${stop}`;
  const value = node.default ?? first.default ?? first.const ?? first.enum?.[0];
  if (value === undefined || value === null) {
    const isText = types.includes('string') || first.enum !== undefined;
    return isText && format === 'json' ? `"${stop}"` : snippets ? stop : format === 'json' ? 'null' : '';
  }
  const text = escaped(writeValue(value, writing.format), writing);
  return snippets ? `\${1:${text}}` : text;
}

/** A value as it stands in the document, without places to fill in. */
export function writeValue(value: unknown, format: SourceFormat): string {
  if (format === 'yaml' && typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value)) return value;
  return JSON.stringify(value);
}

/** Texts that YAML reads as texts without quotes. */
const PLAIN = /^[A-Za-z][\w./-]*(?::[\w./-]+)*$/;
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

const escaped = (text: string, {snippets}: Writing): string => (snippets ? text.replace(/[\\$}]/g, '\\$&') : text);
