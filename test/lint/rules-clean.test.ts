/** What we ship ourselves is clean under strict: the defaults, the presets, the policies of the demonstration and of the documents. */

import {readdirSync, readFileSync} from 'node:fs';
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {presets} from '../../src/policy/presets.ts';
import {policyShape} from '../../src/policy/shapes.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

async function strictly(text: string): Promise<string[]> {
  const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}, config: {preset: 'strict'}});
  return findings.map(({code, pointer, message}) => `${code} ${pointer}: ${message}`);
}

/** Policies that TypeScript writes out, read without running the program around them. */
const literals = (code: string, before: RegExp): string[] =>
  Array.from(code.matchAll(before), ({0: head, index}) => {
    const literal = objectAt(code, index + head.length - 1);
    return JSON.stringify(runInNewContext(`(${literal})`, constantsIn(code.slice(0, index))));
  });

/** Objects that the code names: `const breaker = {…} as const`. */
const constantsIn = (code: string): Record<string, unknown> =>
  Object.fromEntries(
    Array.from(code.matchAll(/const (\w+) = (\{.*?\}) as const/g), ([, name, literal]) => [
      name,
      runInNewContext(`(${literal})`),
    ]),
  );

/** From a brace to the one that closes it. */
function objectAt(code: string, start: number): string {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && --depth === 0) return code.slice(start, at + 1);
  }
  throw new Error(`The object at ${start} is never closed.`);
}

/** Other JSON is shown too: reports, lines of a log, configuration. */
const hasField = (block: string, field: string): boolean => new RegExp(`^ *(?:\\{ *)?"${field}":`, 'm').test(block);

/** A scenario has endpoints, too. */
const isPolicy = (block: string): boolean =>
  !hasField(block, 'traffic') &&
  Object.keys(policyShape.fields).some(field => field !== 'name' && hasField(block, field));

const documents = [
  'README.md',
  ...['docs', 'docs/guides'].flatMap(folder =>
    readdirSync(new URL(`${folder}/`, root))
      .filter(name => name.endsWith('.md'))
      .map(name => `${folder}/${name}`),
  ),
];

describe('what is shipped is clean under strict', () => {
  it('the defaults', async () => expect(await strictly('{}')).to.deep.equal([]));

  for (const name of Object.keys(presets)) {
    it(`${name}, extended`, async () => expect(await strictly(JSON.stringify({extends: [name]}))).to.deep.equal([]));
    it(`${name}, as its own file`, async () => {
      expect(await strictly(read(`schema/presets/${name.replace('steadfetch:', '')}.json`))).to.deep.equal([]);
    });
  }

  for (const path of ['examples/predict-with-retry.ts', 'examples/before-after/steadfetch.ts']) {
    it(`the policy of ${path}`, async () => {
      const policies = literals(read(path), /const policy: PolicyInput = \{/g);
      expect(policies).to.have.length(1);
      for (const policy of policies) expect(await strictly(policy)).to.deep.equal([]);
    });
  }

  for (const path of documents) {
    const text = read(path);
    const blocks = Array.from(text.matchAll(/```jsonc?\n(\{[\s\S]*?)```/g), ([, block]) => block!).filter(isPolicy);
    const inline = literals(text, /(?:ky\.extend\(resilience|const fetch = createFetch)\(\{(?=name)/g);
    if (blocks.length + inline.length === 0) continue;
    it(`the policies of ${path}`, async () => {
      const found = await Promise.all([...blocks, ...inline].map(strictly));
      expect(found.flat()).to.deep.equal([]);
    });
  }
});
