/**
 * Writes every file that follows from schema/source and schema/presets: the schemas that are published, and what the code reads.
 *
 * Run by `npm run generate`; the output depends on these inputs alone, so CI runs it and asks git whether anything changed.
 */

import {readFileSync, writeFileSync} from 'node:fs';
import {type Alias, emitAliases} from './emit/aliases.ts';
import {emitDefaults} from './emit/defaults.ts';
import {emitDocs} from './emit/docs.ts';
import {emitEditor} from './emit/editor.ts';
import type {Schema} from './emit/node.ts';
import {emitPresets, type Preset} from './emit/presets.ts';
import {emitShapes} from './emit/shapes.ts';
import {emitTypes} from './emit/types.ts';

const root = new URL('../', import.meta.url);

const POLICY = 'schema/source/policy.schema.json';
const CONFIG = 'schema/source/lint-config.schema.json';

/** Every generated file by its path from the root of the package. */
export function generate(): Record<string, string> {
  const schema = read(POLICY) as Schema;
  const config = read(CONFIG) as Schema;
  const names = schema.properties.extends?.items?.['x-presets'] ?? [];
  const presets = names.map(name => read(`schema/presets/${name.replace('steadfetch:', '')}.json`) as Preset);
  const aliases = read('schema/source/aliases.json') as Alias[];
  return {
    'schema/policy.schema.json': emitEditor(schema, POLICY, {presets, aliases}),
    'schema/lint-config.schema.json': emitEditor(config, CONFIG, {presets: [], aliases: []}),
    'src/policy/aliases.ts': emitAliases(aliases),
    'src/policy/types.ts': emitTypes(schema),
    'src/policy/defaults.ts': emitDefaults(schema),
    'src/policy/shapes.ts': emitShapes(schema),
    'src/policy/presets.ts': emitPresets(schema, presets),
    'docs/policy.md': emitDocs(schema, presets),
  };
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

if (import.meta.main) {
  for (const [path, text] of Object.entries(generate())) writeFileSync(new URL(path, root), text);
}
