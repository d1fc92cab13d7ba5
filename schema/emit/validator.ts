/**
 * Emits src/policy/validator.ts: the schema compiled by ajv into plain functions, so that ajv itself is not needed at run time.
 *
 * ajv's ESM output is nearly, not quite, free of imports, and carries the schema's text. What is rewritten here is checked:
 * a new ajv that emits something else fails loudly.
 */

import {Ajv} from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import {banner, type Schema} from './node.ts';

/** Keywords that do not validate: ours, and those that VS Code reads. */
export const vocabulary: readonly string[] = [
  'x-type',
  'x-unit',
  'x-source',
  'x-expects',
  'x-presets',
  'defaultSnippets',
  'enumDescriptions',
  'markdownDescription',
];

export function createAjv(): Ajv {
  const code = {source: true, esm: true, lines: true};
  const ajv = new Ajv({strict: true, allowUnionTypes: true, allErrors: true, messages: false, inlineRefs: false, code});
  ajv.addVocabulary([...vocabulary]);
  return ajv;
}

export function emitValidator(schema: Schema): string {
  const ajv = createAjv();
  ajv.addSchema(withoutWords(schema) as Schema);
  const emitted = (standalone as unknown as typeof standalone.default)(ajv, {
    validatePolicy: schema.$id,
    validateOverrides: `${schema.$id}#/definitions/callOverrides`,
  });
  const code = [countCharacters, withoutSchemaText, withoutSchemaPaths, withTypes].reduce(
    (text, step) => step(text),
    emitted,
  );
  const leftover = /\b(?:require\(|import\s|new Function|eval\()/.exec(code);
  if (leftover !== null) throw new Error(`The validator has to stand alone, but ajv emitted "${leftover[0]}".`);
  return `// @ts-nocheck\n// ${banner}\n\n${code}`;
}

/** ajv keeps the schema's text in its output; words for people have no business there. */
function withoutWords(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutWords);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(
    ([key]) => !(vocabulary.includes(key) || ['title', 'description', 'default'].includes(key)),
  );
  // Under "properties" and "definitions" keys are names, and a name may be any word.
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === 'properties' || key === 'definitions'
        ? Object.fromEntries(Object.entries(value as object).map(([name, child]) => [name, withoutWords(child)]))
        : withoutWords(value),
    ]),
  );
}

/** minLength and maxLength count code points with a helper that ajv requires from its own files. */
function countCharacters(code: string): string {
  return code.replace(
    /const (\w+) = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;/,
    'const $1 = text => {let length = 0; for (const _ of text) length++; return length;};',
  );
}

/** Objects with many fields are checked against the schema's own text. A set of their names does the same. */
function withoutSchemaText(code: string): string {
  const texts = new Map(
    [...code.matchAll(/^const (schema\d+) = (.*);$/gm)].map(([, name, text]) => [
      name as string,
      JSON.parse(text as string) as Schema,
    ]),
  );
  const sets: string[] = [];
  let slim = code.replace(/func\d+\.call\((schema\d+)\.properties, (\w+)\)/g, (_, name: string, key: string) => {
    const set = `fieldsOf${name.replace('schema', '')}`;
    const line = `const ${set} = new Set(${JSON.stringify(Object.keys(texts.get(name)?.properties ?? {}))});`;
    if (!sets.includes(line)) sets.push(line);
    return `${set}.has(${key})`;
  });
  for (const name of texts.keys()) {
    if (slim.split(new RegExp(`\\b${name}\\b`)).length === 2)
      slim = slim.replace(new RegExp(`^const ${name} = .*;\\n`, 'm'), '');
  }
  return slim
    .replace(/^const func\d+ = Object\.prototype\.hasOwnProperty;\n/gm, '')
    .replace(/^("use strict";\n?)?/, `${sets.join('\n')}\n`);
}

/** With one function per definition these paths begin anywhere, so nobody may lean on them. */
function withoutSchemaPaths(code: string): string {
  return code.replace(/schemaPath:"[^"]*",/g, '');
}

function withTypes(code: string): string {
  const types = `/** What ajv says about one wrong value. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Whether the value fits the schema; if not, \`errors\` of the function says why, until the next call. */
export interface Validate {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

`;
  const typed = code
    .replace(/export const (\w+) = (validate\d+);/g, 'export const $1: Validate = $2;')
    .replace(/^export default .*;\n?/m, '');
  if (!/validatePolicy: Validate/.test(typed) || !/validateOverrides: Validate/.test(typed)) {
    throw new Error(
      'The validator has to export validatePolicy and validateOverrides, but ajv emitted neither or one of them.',
    );
  }
  return types + typed;
}
