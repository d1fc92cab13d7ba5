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
  const table = page
    .slice(page.indexOf('\n|') + 1)
    .split('\n\n')[0]!
    .split('\n');
  const rows = table.map(line =>
    line
      .slice(2, -2)
      .split(/ \| /)
      .map(cell => cell.trim()),
  );

  /** The failures that the documentation of a library declares. */
  const listed = new Set(/libraries\)\): (.*)\.$/m.exec(page)![1]!.split(', '));

  it('has a row for each pitfall and a column for each library', () => {
    expect(rows[0]!.slice(2)).to.deep.equal(libraries.map(({name}) => name));
    expect(rows.slice(2).map(([id]) => id)).to.deep.equal(pitfalls.map(({id}) => id));
  });

  it('has pass, fail or n/a in each cell, and the kept results say how each failure shows', () => {
    const {results} = JSON.parse(
      readFileSync(new URL('../bench/conformance/results.json', import.meta.url), 'utf8'),
    ) as Results;
    expect(rows).to.have.length(2 + pitfalls.length);
    for (const row of rows.slice(2)) {
      const cells = row.slice(2);
      expect(cells).to.have.length(libraries.length);
      for (const cell of cells) expect(cell).to.be.oneOf(['pass', 'fail', 'n/a']);
      libraries.forEach(({name, documented}, index) => {
        const id = row[0]!;
        const isFailure = cells[index] === 'fail';
        if (isFailure) expect(results[name]?.[id]?.note, `${id} ${name}`).not.to.be.oneOf([undefined, '']);
        expect(listed.has(`${id} ${name}`)).to.equal(isFailure && documented?.[id] !== undefined);
      });
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
    const column = 2 + libraries.findIndex(({name}) => name === 'steadfetch');
    expect(rows.slice(2).filter(row => row[column] === 'fail')).to.deep.equal([]);
  });

  it('is what the table of the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const lines = readme.split('\n').filter(line => /^\| (?:id|T\d+\w?) \|/.test(line));
    const [header, ...shown] = lines.map(line => line.slice(2, -2).split(' | '));
    const names = header!.slice(2).filter(name => name !== "OpenAI's SDK");
    const sign: Readonly<Record<string, string>> = {pass: '✓', fail: '✗', 'n/a': '–'};
    expect(shown).to.have.length.above(5);
    for (const [id, , ...cells] of shown) {
      const row = rows.find(([known]) => known === id)!;
      names.forEach((name, index) => {
        const column = 2 + libraries.findIndex(library => name.startsWith(library.name) || library.name.endsWith(name));
        expect(cells[index], `${id} ${name}`).to.equal(sign[row[column]!]);
      });
    }
    expect(readme).to.contain(`${pitfalls.length} pitfalls, tried on steadfetch and twelve others`);
  });

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
    for (const {cause, tests: caused} of conflicts) expect(page).to.contain(`\n- ${cause} (${caused.length})\n`);
    for (const {run, passed, of} of runs) expect(page).to.contain(`| ${run} | ${passed} | ${of} |`);
  });

  it("names a cause for every failure in undici's own suite", () => {
    const {runs, failsAlone, conflicts} = JSON.parse(
      readFileSync(new URL('../bench/conformance/undici-suite.json', import.meta.url), 'utf8'),
    ) as UndiciSuite;
    const [alone, ours] = runs.map(({passed, of}) => of - passed);
    const tests = conflicts.flatMap(conflict => conflict.tests);
    expect(alone).to.equal(failsAlone.length);
    expect(ours! - alone!).to.be.at.most(tests.length);
    for (const {cause, tests: caused} of conflicts) expect(page).to.contain(`\n- ${cause} (${caused.length})\n`);
    for (const {run, passed, of} of runs) expect(page).to.contain(`| ${run} | ${passed} | ${of} |`);
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
    for (const {cause, tests: caused} of conflicts) expect(page).to.contain(`\n- ${cause} (${caused.length})\n`);
    for (const {run, passed, of} of runs) expect(page).to.contain(`| ${run} | ${passed} | ${of} |`);
  });
});
