/** The schema as ajv reads it: what our own reading of policies is held against. */
import {readFileSync} from 'node:fs';
import {Ajv, type ValidateFunction} from 'ajv';

const read = (path: string): Json => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

export type Json = {readonly [key: string]: unknown};

/** As it is published. */
export const schema: Json = read('../../schema/policy.schema.json');

/** The source from which the published schema is generated. */
export const source: Json = read('../../schema/source/policy.schema.json');

/** Keywords that do not validate, and that editors read. */
export const VOCABULARY: readonly string[] = [
  'defaultSnippets',
  'enumDescriptions',
  'errorMessage',
  'markdownDescription',
];

const ajv = new Ajv({strict: true, allowUnionTypes: true});
ajv.addVocabulary([...VOCABULARY]);
ajv.addSchema(schema);

export const fitsPolicy = ajv.getSchema(schema.$id as string) as ValidateFunction;
export const fitsOverrides = ajv.getSchema(`${schema.$id}#/definitions/callOverrides`) as ValidateFunction;
