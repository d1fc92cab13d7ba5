/**
 * Emits the published schemas: what is written in schema/source, as editors read it.
 *
 * A hover shows `markdownDescription`, which has the unit, the values, the default and the source of a field. Words for the other
 * emitters (`x-…`) are left out.
 */

import {markdownOf} from './markdown.ts';
import {bannerOf, type Node, type Schema} from './node.ts';

export function emitEditor(schema: Schema, path: string): string {
  const {$schema, $id, ...rest} = schema;
  const completed = completedNode(schema, rest);
  return `${JSON.stringify({$schema, $id, $comment: bannerOf(path), ...completed}, null, 2)}\n`;
}

function completedNode(schema: Schema, node: Node): Node {
  const {description} = node;
  const entries = Object.entries(node).flatMap(([key, value]): [string, unknown][] => {
    if (key.startsWith('x-')) return [];
    if (key !== 'description' || description === undefined) return [[key, completedValue(schema, key, value)]];
    return [
      [key, value],
      ['markdownDescription', markdownOf(schema, node, description)],
    ];
  });
  return Object.fromEntries(entries);
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const OF_SCHEMA: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]);
const OF_SCHEMAS: ReadonlySet<string> = new Set([
  'anyOf',
  'allOf',
  'oneOf',
  'properties',
  'patternProperties',
  'definitions',
]);

function completedValue(schema: Schema, key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (OF_SCHEMA.has(key)) return completedNode(schema, value);
  if (!OF_SCHEMAS.has(key)) return value;
  if (Array.isArray(value)) return value.map((each: Node) => completedNode(schema, each));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, Node]) => [name, completedNode(schema, each)]),
  );
}
