/** Reads the test files and refuses tests that pass although what they are about did not happen. */
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {unassertedTests} from './assertions/unasserted.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const readTests = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    globSync('test/**/*.ts', {cwd: root, exclude: ['**/node_modules']}).map(path => [
      path.replaceAll('\\', '/'),
      readFileSync(join(root, path), 'utf8'),
    ]),
  );

/** A suite whose files all run in one process, where such a hook runs after the last of them. */
const isOneProcess = (path: string): boolean => path.startsWith('test/package/');

describe('the tests', () => {
  let texts: Readonly<Record<string, string>>;
  before(() => {
    texts = readTests();
  });

  it('have each an assertion that is certain to run, or a reason in a comment "unasserted:"', () => {
    expect(Object.keys(texts)).to.include('test/assertions.test.ts');
    expect(unassertedTests(texts)).to.deep.equal([]);
  });

  it('clean up after every file: a hook of a module that several files import runs for the first of them only', () => {
    const shared = Object.entries(texts).filter(([path]) => !path.endsWith('.test.ts') && !isOneProcess(path));
    expect(shared).to.not.be.empty;
    expect(shared.filter(([, text]) => /^(?:after|before)(?:Each)?\(/m.test(text)).map(([path]) => path)).to.deep.equal(
      [],
    );
  });
});

/** Bodies of tests. */
const BAD: Readonly<Record<string, string>> = {
  'no assertion': `await work();`,
  'an expectation without a claim': `expect(1);`,
  'a callback that nothing calls for sure': `await send(item => { expect(item).to.equal(1); });`,
  'a callback in options': `await send({onResult: item => expect(item).to.equal(1)});`,
  'a loop over what was recorded': `for (const each of recorded) expect(each).to.equal(1);`,
  'a loop over a list that may be empty': `const found = all.filter(Boolean); for (const each of found) expect(each).to.equal(1);`,
  'each of a list that may be empty': `recorded.forEach(each => expect(each).to.equal(1));`,
  'a loop up to a length': `for (let at = 0; at < recorded.length; at++) expect(at).to.equal(1);`,
  'a loop over a stream': `for await (const each of stream) expect(each).to.equal(1);`,
  'a branch': `if (found) expect(found).to.equal(1);`,
  'an operator that stops early': `found && expect(found).to.equal(1);`,
  'the end of a catch': `try { await work(); } catch (error) { expect(error).to.equal(1); }`,
  'a function that is not called': `const check = () => expect(1).to.equal(1);`,
  'a helper that may not assert': `maybe();`,
  'a helper that drops its function': `drops(() => expect(1).to.equal(1));`,
  'a property that cannot be false': `fc.assert(fc.property(fc.nat(), n => { work(n); }));`,
};

const GOOD: Readonly<Record<string, string>> = {
  'an assertion': `expect(1).to.equal(1);`,
  'a property of chai': `expect([]).to.be.empty;`,
  'an assertion after a callback': `await send(item => seen.push(item)); expect(seen).to.equal(1);`,
  'a callback, and an assertion that it ran': `for (const each of recorded) expect(each).to.equal(1); expect(recorded).to.have.length(2);`,
  'a loop over a table': `for (const each of [1, 2]) expect(each).to.equal(1);`,
  'a loop over a constant': `for (const [key] of Object.entries(TABLE)) expect(key).to.equal(1);`,
  'a loop over a constant of another file': `for (const each of FAR) expect(each).to.equal(1);`,
  'a loop up to a number': `for (let at = 0; at < 3; at++) expect(at).to.equal(1);`,
  'both branches': `if (found) expect(found).to.equal(1); else expect(1).to.equal(1);`,
  'a failure in a branch': `if (found) expect.fail('found');`,
  'a throw in a branch': `if (found) throw new Error('found');`,
  'a try': `try { expect(1).to.equal(1); } finally { end(); }`,
  'a helper': `check(1);`,
  'a helper of another file': `await checkFar(1);`,
  'a method of another file': `await new Book().expectClosed();`,
  'a helper that runs its function': `await runs(async () => expect(1).to.equal(1));`,
  'a helper that passes its function on': `await passes(() => expect(1).to.equal(1));`,
  'a clock': `await clock.run(() => expect(1).to.equal(1));`,
  'a property that asserts': `fc.assert(fc.property(fc.nat(), n => { expect(n).to.equal(1); }));`,
  'a property that can be false': `fc.assert(fc.property(fc.nat(), n => n >= 0));`,
  'a property of another name': `fc.assert(fc.property(fc.nat(), check));`,
  'an element that a browser waits for': `await page.locator('a').waitFor();`,
};

describe('the rule on tests', () => {
  const OTHER = `
export const FAR = [1, 2];
export function checkFar(value) { expect(value).to.equal(1); }
export class Book { async expectClosed() { expect(1).to.equal(1); } }`;
  const HEAD = `
import {Book, checkFar, FAR} from './other.ts';
const TABLE = {a: 1};
const check = value => expect(value).to.equal(1);
function maybe() { if (found) expect(found).to.equal(1); }
function drops(work) {}
async function runs(work) { await work(); }
const passes = work => runs(work);
`;
  const files = (bodies: readonly string[]): Record<string, string> => ({
    'test/other.ts': OTHER,
    'test/a.test.ts': HEAD + bodies.map((body, index) => `it('${index}', async () => {${body}});`).join('\n'),
  });
  const titles = (found: readonly string[]): string[] => found.map(each => each.split(' ')[1]!);

  it('finds what may pass without an assertion', () => {
    const found = titles(unassertedTests(files(Object.values(BAD))));
    expect(Object.keys(BAD).filter((_, index) => !found.includes(String(index)))).to.deep.equal([]);
  });

  it('leaves out what is certain to assert', () => {
    const found = titles(unassertedTests(files(Object.values(GOOD))));
    expect(Object.keys(GOOD).filter((_, index) => found.includes(String(index)))).to.deep.equal([]);
  });

  it('names the file, the line and the test, and takes a reason', () => {
    const text = `it('a', () => {});\n// unasserted: it throws.\nit('b', () => {});\n// A comment.\nit('c', make(() => {}));`;
    expect(unassertedTests({'test/a.test.ts': text})).to.deep.equal(['test/a.test.ts:1 a', 'test/a.test.ts:5 c']);
  });
});
