/** The schema as ajv reads it: what our own reading of policies is held against. */
import {readFileSync} from 'node:fs';
import {Ajv, type ValidateFunction} from 'ajv';

export const schema = JSON.parse(
  readFileSync(new URL('../../schema/policy.schema.json', import.meta.url), 'utf8'),
) as Json;

export type Json = {readonly [key: string]: unknown};

/** Keywords that do not validate: ours, and those that VS Code reads. */
const VOCABULARY = [
  'x-type',
  'x-unit',
  'x-source',
  'x-expects',
  'x-presets',
  'defaultSnippets',
  'enumDescriptions',
  'markdownDescription',
];

const ajv = new Ajv({strict: true, allowUnionTypes: true});
ajv.addVocabulary(VOCABULARY);
ajv.addSchema(schema);

export const fitsPolicy = ajv.getSchema(schema.$id as string) as ValidateFunction;
export const fitsOverrides = ajv.getSchema(`${schema.$id}#/definitions/callOverrides`) as ValidateFunction;
