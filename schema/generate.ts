/**
 * Writes every file that follows from schema/source and schema/presets: the schemas that are published, and what the code reads.
 *
 * Run by `npm run generate`; the output depends on these inputs alone, so CI runs it and asks git whether anything changed.
 */

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {type Alias, emitAliases} from './emit/aliases.ts';
import {emitDefaults} from './emit/defaults.ts';
import {emitDocs} from './emit/docs.ts';
import {emitEditor} from './emit/editor.ts';
import {POLICY_BANNER, SCENARIO_BANNER, type Schema} from './emit/node.ts';
import {emitPresets, type Preset} from './emit/presets.ts';
import {emitScenarios, type ScenarioFile} from './emit/scenarios.ts';
import {emitScenarioShapes, emitShapes} from './emit/shapes.ts';
import {emitTypes} from './emit/types.ts';
import {repositorySite} from './repository-site.ts';

const root = new URL('../', import.meta.url);

const POLICY = 'schema/source/policy.schema.json';
const SCENARIO = 'schema/source/scenario.schema.json';
const CONFIG = 'schema/source/lint-config.schema.json';

/** Every generated file by its path from the root of the package. */
export function generate(): Record<string, string> {
  const schema = readSchema(POLICY);
  const config = readSchema(CONFIG);
  const names = schema.properties.extends?.items?.['x-presets'] ?? [];
  const presets = names.map(name => read(`schema/presets/${name.replace('steadfetch:', '')}.json`) as Preset);
  const scenario = readSchema(SCENARIO);
  const scenarios = readdirSync(new URL('schema/scenarios/', root))
    .sort()
    .map(file => read(`schema/scenarios/${file}`) as ScenarioFile);
  const aliases = read('schema/source/aliases.json') as Alias[];
  return {
    'schema/policy.schema.json': emitEditor(schema, POLICY, {presets, aliases}),
    'schema/lint-config.schema.json': emitEditor(config, CONFIG, {presets: [], aliases: []}),
    'src/policy/aliases.ts': emitAliases(aliases),
    'schema/scenario.schema.json': emitEditor(scenario, SCENARIO, {presets: [], aliases: []}),
    'src/simulate/scenario/types.ts': emitTypes(scenario, {
      banner: SCENARIO_BANNER,
      name: 'Scenario',
      inputDescription: 'A scenario as it is written: fields with a default may be left out.',
      fullDescription: 'A scenario with every default filled.',
      onlyInFiles: ['$schema'],
      imports: {PolicyInput: '../../policy/types.ts'},
    }),
    'src/simulate/scenario/shapes.ts': emitScenarioShapes(scenario),
    'src/simulate/scenario/scenarios.ts': emitScenarios(scenarios),
    'src/policy/types.ts': emitTypes(schema, {
      banner: POLICY_BANNER,
      name: 'Policy',
      inputDescription: 'A policy as it is written: every field may be left out.',
      fullDescription: 'A policy with its layers merged and every default filled.',
      onlyInFiles: ['$schema', 'extends', 'routes'],
    }),
    'src/policy/defaults.ts': emitDefaults(schema),
    'src/policy/shapes.ts': emitShapes(schema),
    'src/policy/presets.ts': emitPresets(schema, presets),
    'docs/policy.md': emitDocs(schema, presets),
  };
}

/** The id of a schema is a URL below the page of the repository. */
function readSchema(path: string): Schema {
  const schema = read(path) as Schema;
  return {...schema, $id: `${repositorySite()}/${schema.$id}`};
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

if (import.meta.main) {
  for (const [path, text] of Object.entries(generate())) writeFileSync(new URL(path, root), text);
}
