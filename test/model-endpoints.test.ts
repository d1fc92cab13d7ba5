/** The pages of model endpoints are generated from results that `npm run conformance:models` keeps. Here their content is checked, and ours run. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {pitfalls as others} from '../bench/conformance/catalogue.ts';
import {columns} from '../bench/conformance/models/columns.ts';
import {Lab} from '../bench/conformance/models/lab.ts';
import {currentPages, type Results, worseThanAlone} from '../bench/conformance/models/page.ts';
import {pitfalls, virtualPitfalls} from '../bench/conformance/models/pitfalls.ts';
import {realTimePitfalls} from '../bench/conformance/models/pitfalls-real-time.ts';
import {rows} from '../bench/conformance/models/rows.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const {results} = JSON.parse(read('bench/conformance/models/results.json')) as Results;

describe('docs/model-endpoints.md and docs/conformance-models.md', () => {
  it('are what `npm run generate` writes of the kept results', () => {
    expect(Object.keys(currentPages())).to.have.length(2);
    for (const [path, text] of Object.entries(currentPages())) expect(read(`docs/${path}`), path).to.equal(text);
  });

  it('name each client that fails, and no other', () => {
    const failing = pitfalls.flatMap(({id}) =>
      columns.filter(column => results[column.id]!.pitfalls[id]!.cell === 'fail').map(({name}) => `${id} ${name}`),
    );
    const shown = Array.from(
      read('docs/conformance-models.md').matchAll(/^\| (T\d+) \| .* \| ([^|]+) \|$/gm),
      ([, id, names]) => names!.split(', ').map(name => `${id} ${name}`),
    ).flat();
    expect(failing).to.have.length.above(50);
    expect(shown).to.deep.equal(failing);
  });

  it('has a result of each row and each pitfall for each client', () => {
    expect(Object.keys(results)).to.deep.equal(columns.map(({id}) => id));
    for (const {id} of columns) {
      expect(Object.keys(results[id]!.rows)).to.deep.equal(rows.map(({id}) => id));
      expect(Object.keys(results[id]!.pitfalls)).to.deep.equal(pitfalls.map(({id}) => id));
    }
  });

  it('has numbers in a row, of which the other list has none', () => {
    const numberOf = ({id}: {readonly id: string}): number => Number.parseInt(id.slice(1), 10);
    const first = numberOf(pitfalls[0]!);
    expect(pitfalls.map(({id}) => id)).to.deep.equal(pitfalls.map((_, index) => `T${first + index}`));
    const all = new Set([...others, ...pitfalls].map(numberOf));
    expect(all.size).to.equal(new Set(others.map(numberOf)).size + pitfalls.length);
    expect(pitfalls).to.have.length.at.least(24);
  });

  it('has no failure of ours', () => {
    const failures = columns
      .filter(({isOurs}) => isOurs)
      .flatMap(({id}) => [
        ...rows.filter(row => results[id]!.rows[row.id]?.goalMet === false).map(row => `${id} ${row.id}`),
        ...pitfalls
          .filter(pitfall => results[id]!.pitfalls[pitfall.id]!.cell === 'fail')
          .map(pitfall => `${id} ${pitfall.id}`),
      ]);
    expect(failures).to.deep.equal([]);
  });

  it('has no row in which openai answers less over steadfetch than alone, or wastes more', () => {
    expect(worseThanAlone(results)).to.deep.equal([]);
  });

  it('has the versions of the clients that the recipes and the example have', () => {
    const dependencies = (path: string): Record<string, string> => {
      const {dependencies, devDependencies} = JSON.parse(read(path));
      return {...dependencies, ...devDependencies};
    };
    const bench = dependencies('bench/package.json');
    const names = [...new Set(columns.flatMap(({packages}) => packages))].filter(name => name !== 'steadfetch');
    const pinned = names.filter(name => name in dependencies('test/clients/package.json'));
    expect(pinned).to.have.members(['openai', '@anthropic-ai/sdk', 'ai', '@ai-sdk/openai']);
    for (const name of pinned) expect(bench[name]).to.equal(dependencies('test/clients/package.json')[name]);
    expect(dependencies('package.json').openai).to.equal(bench.openai);
  });
});

describe('steadfetch on a model endpoint', () => {
  const column = columns.find(({id}) => id === 'steadfetch')!;
  const experiment = <T>(work: (lab: Lab) => Promise<T>): Promise<T> => {
    const lab = new Lab(column, 1);
    return lab.clock.run(() => work(lab));
  };

  for (const {title, goal, measure} of rows)
    it(`${title}: ${goal}`, async () => {
      expect(await experiment(measure)).to.have.property('goalMet', true);
    });

  for (const {id, title, run} of virtualPitfalls)
    it(`${title} @${id}`, async () => {
      expect(await experiment(run))
        .to.have.property('cell')
        .that.is.oneOf(['pass', 'n/a']);
    });

  for (const {id, title, run} of realTimePitfalls)
    it(`${title} @${id}`, async () => {
      expect(await run(column)).to.have.property('cell', 'pass');
    });
});
