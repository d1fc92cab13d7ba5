/**
 * The schemas as SchemaStore takes them: draft-07, strict ajv, and files that pass and that fail. Our own readers, which use no ajv,
 * are held against the same files.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {Ajv} from 'ajv';
import {expect} from 'chai';
import {checkConfigFile} from '../lint/config-file/check.ts';
import {checkPolicy} from '../src/policy/validate.ts';
import {VOCABULARY} from './policy/reference.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** What ajv would call unknown: keywords that editors read. SchemaStore wants them listed, too. */
const UNKNOWN = [...VOCABULARY];

interface Published {
  /** The folder of the schema's test files. */
  readonly name: string;
  readonly schema: string;
  /** What our reader says is wrong. */
  readonly check: (value: unknown) => readonly unknown[];
}

const published: Published[] = [
  {name: 'retry-policy', schema: 'schema/policy.schema.json', check: checkPolicy},
  {name: 'retry-lintrc', schema: 'schema/lint-config.schema.json', check: checkConfigFile},
];

for (const {name, schema: path, check} of published) {
  describe(`${path}, for SchemaStore`, () => {
    const schema = read(path) as Record<string, unknown>;
    const ajv = new Ajv({strict: true, allowUnionTypes: true});
    ajv.addVocabulary(UNKNOWN);

    it('is draft-07, has an id, a title and a description, and is closed', () => {
      expect(schema.$schema).to.equal('http://json-schema.org/draft-07/schema#');
      expect(schema.$id).to.match(/^https:\/\/.+\/steadfetch\/schema\/[a-z-]+\/v1\.json$/);
      expect(schema.title).to.be.a('string').and.not.empty;
      expect(schema.description).to.match(/\.$/);
      expect(schema.additionalProperties).to.equal(false);
      expect(ajv.validateSchema(schema)).to.equal(true);
    });

    const fits = ajv.compile(schema);
    for (const [folder, isGood] of [
      ['positive', true],
      ['negative', false],
    ] as const) {
      const files = readdirSync(new URL(`test/schemastore/${name}/${folder}`, root));
      it(`has ${folder} files`, () => expect(files).to.not.be.empty);
      for (const file of files) {
        it(`${isGood ? 'takes' : 'refuses'} ${file}, and so do we`, () => {
          const value = read(`test/schemastore/${name}/${folder}/${file}`);
          expect(fits(value), ajv.errorsText(fits.errors)).to.equal(isGood);
          expect(check(value).length === 0).to.equal(isGood);
        });
      }
    }
  });
}
