/** docs/conformance.md is generated from results that `npm run conformance` keeps, which takes minutes; here its content is checked. */
import {globSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {columns, libraryOf, pitfalls} from '../bench/conformance/catalogue.ts';
import {currentPage, type KySuite, type Results, type UndiciSuite, type WptSuite} from '../bench/conformance/page.ts';

/** The last number of the list of pitfalls, and those that belong to parts which have pages of their own. */
const LAST = 56;
const ELSEWHERE = ['T19'];

const libraries = await Promise.all(columns.map(libraryOf));
const page = readFileSync(new URL('../docs/conformance.md', import.meta.url), 'utf8');

describe('docs/conformance.md', () => {
  const tableUnder = (heading: string): string[][] =>
    page
      .split(`\n## ${heading}\n`)[1]!
      .split('\n## ')[0]!
      .split('\n')
      .filter(line => line.startsWith('| '))
      .slice(2)
      .map(line => line.slice(2, -2).split(' | '));
  const {results} = JSON.parse(
    readFileSync(new URL('../bench/conformance/results.json', import.meta.url), 'utf8'),
  ) as Results;

  it('has the totals of each library', () => {
    const totals = tableUnder('Versions and totals');
    expect(totals.map(([name]) => name)).to.deep.equal(libraries.map(({name}) => name));
    for (const [name, , ...counts] of totals)
      expect(
        counts.reduce((sum, count) => sum + Number(count), 0),
        name,
      ).to.equal(pitfalls.length);
  });

  it('names each library that fails, marked where its documentation declares the failure, and the kept results say how', () => {
    const failing = pitfalls.flatMap(({id}) =>
      libraries
        .filter(({name}) => results[name]?.[id]?.cell === 'fail')
        .map(({name, documented}) => `${id} ${name}${documented?.[id] === undefined ? '' : '\\*'}`),
    );
    const shown = tableUnder('Who fails where').flatMap(([id, , names]) =>
      names!.split(', ').map(name => `${id} ${name}`),
    );
    expect(failing).to.have.length.above(50);
    expect(shown).to.deep.equal(failing);
    for (const {id} of pitfalls)
      for (const {name} of libraries) {
        const {cell, note} = results[name]![id]!;
        expect(cell).to.be.oneOf(['pass', 'fail', 'n/a']);
        if (cell === 'fail') expect(note, `${id} ${name}`).not.to.equal('');
      }
  });

  it('is what `npm run generate` writes of the kept results', async () => {
    expect(page).to.equal(await currentPage());
  });

  it('has a row for each number of the list, without those of parts with pages of their own', () => {
    const numbers = new Set(pitfalls.map(({id}) => /^T\d+/.exec(id)![0]));
    const list = Array.from({length: LAST}, (_, index) => `T${index + 1}`);
    expect(list.filter(id => !numbers.has(id) && !ELSEWHERE.includes(id))).to.deep.equal([]);
    expect(new Set(pitfalls.map(({id}) => id)).size).to.equal(pitfalls.length);
  });

  it('has a test of ours for each row, with its id as a tag', () => {
    // A tag stands at the end of a title: `a body that cannot be kept @T14 @T15`.
    const tagged = new Set(
      globSync('**/*.test.ts', {cwd: import.meta.dirname, exclude: ['clients/node_modules']}).flatMap(file =>
        [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/ @(T\d+[a-z]?)\b/g)].map(([, id]) => id!),
      ),
    );
    expect(pitfalls.map(({id}) => id).filter(id => !tagged.has(id))).to.deep.equal([]);
  });

  it('has no failure of ours', () => {
    expect(pitfalls.filter(({id}) => results.steadfetch![id]!.cell === 'fail')).to.deep.equal([]);
  });

  it('is what the table of the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const lines = readme.split('\n').filter(line => /^\| (?:id|T\d+\w?) \|/.test(line));
    const [header, ...shown] = lines.map(line => line.slice(2, -2).split(' | '));
    const names = header!.slice(2).filter(name => name !== "OpenAI's SDK");
    const sign: Readonly<Record<string, string>> = {pass: '✓', fail: '✗', 'n/a': '–'};
    expect(shown).to.have.length.above(5);
    for (const [id, , ...cells] of shown) {
      names.forEach((name, index) => {
        const library = libraries.find(library => name.startsWith(library.name) || library.name.endsWith(name))!;
        expect(cells[index], `${id} ${name}`).to.equal(sign[results[library.name]![id!]!.cell]);
      });
    }
    expect(readme).to.contain(`${pitfalls.length} pitfalls, tried on steadfetch and twelve others`);
  });

  function expectShown(runs: KySuite['runs'], conflicts: KySuite['conflicts']): void {
    for (const {cause} of conflicts) expect(page).to.contain(cause.split(/[:,] /)[0]);
    for (const {run, passed, of} of runs) expect(page).to.contain(`| ${run} | ${passed} | ${of} |`);
  }

  it("names a cause for every failure in ky's own suite", () => {
    const {runs, conflicts} = JSON.parse(
      readFileSync(new URL('../bench/conformance/ky-suite.json', import.meta.url), 'utf8'),
    ) as KySuite;
    const failures = runs.filter(({run}) => /alone|preset$/.test(run)).map(({passed, of}) => of - passed);
    expect(failures).to.have.length(3);
    const tests = conflicts.flatMap(conflict => conflict.tests);
    expect(new Set(tests).size)
      .to.equal(tests.length)
      .and.to.be.at.least(Math.max(...failures));
    expectShown(runs, conflicts);
  });

  it("names a cause for every failure in undici's own suite", () => {
    const {runs, failsAlone, conflicts} = JSON.parse(
      readFileSync(new URL('../bench/conformance/undici-suite.json', import.meta.url), 'utf8'),
    ) as UndiciSuite;
    const [alone, ours] = runs.map(({passed, of}) => of - passed);
    const tests = conflicts.flatMap(conflict => conflict.tests);
    expect(alone).to.equal(failsAlone.length);
    expect(ours! - alone!).to.be.at.most(tests.length);
    expectShown(runs, conflicts);
  });

  it('names a cause for every failure in the web platform tests', () => {
    const {runs, failsAlone, conflicts} = JSON.parse(
      readFileSync(new URL('../bench/conformance/wpt-suite.json', import.meta.url), 'utf8'),
    ) as WptSuite;
    const [alone, ...ours] = runs.map(({passed, of}) => of - passed);
    const tests = conflicts.flatMap(conflict => conflict.tests);
    const counts = failsAlone.map(entry => Number(/ \((\d+)\)$/.exec(entry)![1]));
    expect(alone).to.equal(counts.reduce((sum, count) => sum + count, 0));
    expect(ours).to.have.length(2);
    for (const failures of ours) expect(failures - alone!).to.be.at.most(tests.length);
    expectShown(runs, conflicts);
  });
});
