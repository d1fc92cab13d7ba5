/** The schema is a product: strict, documented to the last field, and everything that follows from it is fresh. */

import {readFileSync} from 'node:fs';
import {Ajv} from 'ajv';
import {expect} from 'chai';
import {generate} from '../../schema/generate.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {presets} from '../../src/policy/presets.ts';
import type {Backoff, Budget, Policy, PolicyInput} from '../../src/policy/types.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {fitsPolicy, type Json, schema, source, VOCABULARY} from './reference.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Every object of the schema that has fields, by where it is. */
function* objects(node: unknown, path: string): Generator<[string, Json]> {
  if (typeof node !== 'object' || node === null) return;
  if ('properties' in node && typeof node.properties === 'object') yield [path, node as Json];
  for (const [key, child] of Object.entries(node))
    if (key !== 'defaultSnippets') yield* objects(child, `${path}/${key}`);
}

/** Every schema in a schema, by where it is. */
function* nodes(node: unknown, path: string): Generator<[string, Json]> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield [path, node as Json];
  for (const [key, child] of Object.entries(node))
    if (!['defaultSnippets', 'examples', 'default', 'enum'].includes(key)) yield* nodes(child, `${path}/${key}`);
}

const config: Json = JSON.parse(read('schema/lint-config.schema.json'));

describe('generated files', () => {
  for (const [path, text] of Object.entries(generate())) {
    it(`${path} is up to date`, () => {
      expect(read(path) === text, `${path} is stale: run npm run generate`).to.equal(true);
      expect(text.split('\n', 4).join('\n')).to.match(
        /Generated from schema\/(?:source\/[a-z.-]+|scenarios) by schema\/generate\.ts\. Do not edit\./,
      );
    });
  }

  it('generated modules import no package, so that they run in every JavaScript engine', () => {
    const modules = Object.keys(generate()).filter(path => path.endsWith('.ts'));
    expect(modules).not.to.be.empty;
    for (const path of modules) expect(read(path)).not.to.match(/from '(?!\.)/);
  });
});

describe('schema', () => {
  it('is valid draft-07 and compiles under strict ajv', () => {
    expect(schema.$schema).to.equal('http://json-schema.org/draft-07/schema#');
    expect(schema.$id).to.match(/\/v1\.json$/);
    expect(new Ajv().validateSchema(schema)).to.equal(true);
    expect(() => fitsPolicy({})).not.to.throw();
  });

  it('uses no keyword later than draft-07, so that every editor supports it', () => {
    expect(JSON.stringify(schema)).not.to.match(
      /"(?:\$defs|unevaluatedProperties|unevaluatedItems|\$dynamicRef|prefixItems|dependentRequired)"/,
    );
  });

  it('docs/policy.md has a row for each field of the policy, and says which are required', () => {
    const page = read('docs/policy.md').split('## Overrides of one call')[0]!;
    const rows = [...objects(source, '')].flatMap(([path, {properties, required = []}]) =>
      Object.entries(properties as Record<string, Json>)
        .filter(([name]) => !path.endsWith('/callOverrides') && name !== '$schema')
        .map(([name, field]) => {
          const isRequired = (required as string[]).includes(name) && !('const' in field);
          return `\n| \`${name}\` | ${isRequired ? 'Required. ' : ''}`;
        }),
    );
    expect(rows.length).to.be.above(100);
    expect(rows.filter(row => !page.includes(row))).to.deep.equal([]);
  });

  for (const [path, node] of objects(source, '')) {
    it(`${path || '/'} is closed but for x-…, and says what it and each field are`, () => {
      expect(node.additionalProperties).to.equal(false);
      expect(node.patternProperties).to.deep.equal({'^x-': {}});
      expect(node.title).to.be.a('string');
      expect(node.description).to.match(/\.$/);
      for (const [name, field] of Object.entries(node.properties as Record<string, Json>)) {
        const words =
          '$ref' in field
            ? (source.definitions as Record<string, Json>)[String(field.$ref).split('/').pop() as string]
            : field;
        expect(words?.description, name).to.match(/\.$/);
        if (name.endsWith('Ms') && name !== 'latencyMs') expect(words?.['x-unit'], name).to.equal('ms');
      }
    });
  }

  it('has a hover for each field, with its values, its unit, its default and its source', () => {
    const definitions = schema.definitions as Record<string, Json>;
    expect(definitions.attemptTimeoutMs?.markdownDescription).to.equal(
      'Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a stream is ' +
        'bounded by `idleTimeoutMs` instead. null: none.\n\nTakes a whole number of at least 1 or null. Unit: ms. Default: `8000`. ' +
        'Source: Microsoft.Extensions.Http.Resilience, ky (10 s).',
    );
    expect(definitions.jitter?.markdownDescription)
      .to.contain('\n\n- `"none"`: Everyone waits the same:')
      .and.match(/\n\nDefault: `"full"`\. Source: /);
    for (const [, node] of objects(schema, '')) expect(node.markdownDescription).to.be.a('string').and.not.empty;
  });

  it('describes each value of each enumeration', () => {
    for (const published of [schema, config]) {
      const enumerations = [...nodes(published, '')].filter(([, node]) => Array.isArray(node.enum));
      expect(enumerations).not.to.be.empty;
      for (const [path, {enum: values, enumDescriptions}] of enumerations) {
        expect(enumDescriptions, path)
          .to.be.an('array')
          .with.length((values as unknown[]).length);
        for (const meaning of enumDescriptions as string[]) expect(meaning, path).to.match(/\.$/);
      }
    }
  });

  it('has examples that fit, and one or a default for each field that takes a text or a number', () => {
    const definitions = schema.definitions as Json;
    const editors = new Ajv({strict: true, allowUnionTypes: true});
    editors.addVocabulary([...VOCABULARY]);
    const withExamples = [...nodes(schema, '')].filter(([, node]) => Array.isArray(node.examples));
    expect(withExamples).not.to.be.empty;
    for (const [path, node] of withExamples) {
      const examples = node.examples as unknown[];
      const fits = editors.compile({...node, definitions});
      for (const example of examples) expect(fits(example), `${path} ${JSON.stringify(example)}`).to.equal(true);
    }
    for (const [path, node] of objects(schema, '')) {
      for (const [name, field] of Object.entries(node.properties as Record<string, Json>)) {
        if (!/^(?:string|integer|number)$/.test(String(field.type))) continue;
        expect('default' in field || 'examples' in field || 'enum' in field, `${path}/${name}`).to.equal(true);
      }
    }
  });

  it('is published without the words that are for its emitters', () => {
    expect(JSON.stringify(schema)).not.to.match(/"x-[a-z]+":/);
  });

  it('accepts its own defaults, its presets and the example of the documentation', () => {
    expect(checkPolicy(defaultPolicy)).to.deep.equal([]);
    for (const preset of Object.values(presets)) expect(checkPolicy(preset)).to.deep.equal([]);
    const example = /```json\n(\{[\s\S]*?\n\})\n```/.exec(read('docs/policy.md'))?.[1] as string;
    expect(checkPolicy(JSON.parse(example))).to.deep.equal([]);
  });

  it('accepts values that a rule of the linter checks', () => {
    const bold: PolicyInput = {
      retryOn: ['4xx'],
      budget: {kind: 'ratio', ratio: 1.5},
      breaker: {kind: 'ratio', failureRatio: 1, openMs: 1, probes: 0},
      hedge: {delayMs: 0},
      backoff: {kind: 'exponential', throttledBaseMs: 60_000, capMs: 1},
      objective: {assume: {}},
    };
    expect(checkPolicy(bold)).to.deep.equal([]);
    expect(checkPolicy({budget: {kind: 'token-bucket', retryCost: 0}})).to.deep.equal([]);
  });
});

describe('types', () => {
  it('narrow by kind, in both forms', () => {
    const waitOf = (backoff: Backoff): number => {
      switch (backoff.kind) {
        case 'exponential':
          return backoff.baseMs * backoff.factor;
        case 'linear':
          return backoff.baseMs + backoff.stepMs;
        case 'constant':
          return backoff.delayMs;
        case 'list':
          return backoff.delaysMs[0] as number;
      }
    };
    const share = (budget: Budget): number =>
      budget.kind === 'ratio' ? budget.ratio : budget.retryCost / budget.capacity;
    const policy: Policy = defaultPolicy;
    expect(waitOf(policy.backoff)).to.equal(200);
    expect(share(policy.budget as Budget)).to.equal(0.14);
    const input: PolicyInput = {backoff: {baseMs: 1}, budget: null, deadlineMs: undefined, 'x-note': 'any'};
    // @ts-expect-error A kind knows its own fields only.
    const wrong: PolicyInput = {backoff: {kind: 'constant', stepMs: 1}};
    expect([input, wrong]).to.have.length(2);
  });
});
