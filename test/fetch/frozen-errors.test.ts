/** Where `Error` is frozen, the limit of its stacks cannot be set: errors have their stack then, and nothing else changes. */
import {spawnSync} from 'node:child_process';
import {expect} from 'chai';

const from = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);

const WAYS: Readonly<Record<string, {readonly flags?: readonly string[]; readonly first?: string}>> = {
  'node --frozen-intrinsics': {flags: ['--frozen-intrinsics']},
  'Object.freeze(Error)': {first: 'Object.freeze(Error);'},
  'a stackTraceLimit that cannot be written': {
    first: "Object.defineProperty(Error, 'stackTraceLimit', {value: 10, writable: false, configurable: false});",
  },
};

const programOf = (first: string): string => `
${first}
const {createFetch} = await import(${from('fetch.ts')});
const {createFetch: lite} = await import(${from('lite.ts')});
const {guard} = await import(${from('function.ts')});
const ends = [];
for (const make of [createFetch, lite]) {
  const once = make({maxAttempts: 1, attemptTimeoutMs: 5}, {fetch: () => new Promise(() => {})});
  ends.push(await once('http://shop.example/').then(({status}) => status, ({code}) => code));
}
const guarded = guard({concurrency: {kind: 'fixed', max: 1, queue: 0}});
const both = await Promise.allSettled([guarded(async () => 'ran'), guarded(async () => 'ran')]);
ends.push(...both.map(({value, reason}) => value ?? reason.code));
console.log(ends.join());
process.exit();
`;

describe('a frozen Error', () => {
  for (const [way, {flags = [], first = ''}] of Object.entries(WAYS))
    it(`changes nothing: ${way}`, () => {
      const {stdout, stderr} = spawnSync(
        process.execPath,
        [...flags, '--no-warnings', '--input-type=module', '--eval', programOf(first)],
        {encoding: 'utf8', timeout: 55_000},
      );
      expect(stdout.trim(), stderr).to.equal('ATTEMPT_TIMEOUT,ATTEMPT_TIMEOUT,ran,CONCURRENCY_LIMIT');
    });
});
