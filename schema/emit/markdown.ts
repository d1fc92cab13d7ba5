/** What a hover shows of a field: its description, its values, and what else is known of it. */

import {branchesOf, defaultOf, type Node, type Schema} from './node.ts';
import {accepts} from './words.ts';

/** @param node As written; what it refers to is looked up in the schema. */
export function markdownOf(schema: Schema, node: Node, description: string): string {
  const values = (node.enum ?? []).map(
    (value, index) => `- ${code(value)}: ${marked(node.enumDescriptions?.[index] ?? '')}`,
  );
  return [marked(description), values.join('\n'), factsOf(schema, node).join(' ')]
    .filter(part => part !== '')
    .join('\n\n');
}

function factsOf(schema: Schema, node: Node): string[] {
  const isShown =
    branchesOf(schema, node).length === 0 && node.type !== 'object' && node.enum === undefined && !('const' in node);
  const byDefault = defaultOf(schema, node);
  const isPlain = byDefault === null || typeof byDefault !== 'object' || Array.isArray(byDefault);
  return [
    ...(isShown ? [`Takes ${marked(accepts(schema, node))}.`] : []),
    ...(node['x-unit'] === undefined ? [] : [`Unit: ${node['x-unit']}.`]),
    ...(byDefault === undefined || !isPlain ? [] : [`Default: ${code(byDefault)}.`]),
    ...(node['x-source'] === undefined ? [] : [`Source: ${marked(node['x-source'])}.`]),
  ];
}

const code = (value: unknown): string => `\`${JSON.stringify(value).replaceAll(',', ', ')}\``;

/** Names of fields and quoted values as code, as they stand in backticks already; what Markdown would read as its own is escaped. */
export function marked(text: string): string {
  const names = /`[^`]+`|"[^"\s]+"|\b[a-z]+(?:[A-Z][a-z]+)+\b(?:\.[a-z]\w*)?|\b[a-z]\w*\.[a-z]+[A-Z]\w*/g;
  let marked = '';
  let at = 0;
  for (const {0: name, index} of text.matchAll(names)) {
    marked += `${escaped(text.slice(at, index))}\`${name.replaceAll('`', '')}\``;
    at = index + name.length;
  }
  return marked + escaped(text.slice(at));
}

const escaped = (text: string): string => text.replace(/[*<[\]`]/g, '\\$&');
