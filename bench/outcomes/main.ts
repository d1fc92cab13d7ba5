/**
 * Runs other guards in the grid and saves what they came to in results.json, for docs/defaults.md. `npm run outcomes` runs it. The rows of
 * this project are measured with the same seed whenever the page is written.
 */
import {writeFileSync} from 'node:fs';
import {install} from '../../scripts/install.ts';
import {courseOf, GUARD_CELLS, outcomesOf, rowsOf, type Summary} from './grid.ts';
import {modelGuards} from './guards/models.ts';
import {packageGuards} from './guards/packages.ts';
import {noPolicy} from './steadfetch.ts';

const bench = new URL('../', import.meta.url).pathname;
await install(bench);
const {dependencies} = (await import('../package.json', {with: {type: 'json'}})).default;
const base = await outcomesOf(noPolicy('default'), GUARD_CELLS);
const summaries: Record<string, Summary> = {};
const packages = await packageGuards();
for (const guard of [...packages, ...modelGuards]) {
  const [name] = guard.name.split(' ') as [keyof typeof dependencies];
  const version = packages.includes(guard) ? ` ${dependencies[name]}` : '';
  summaries[`${guard.name}${version}`] = {
    rows: rowsOf(GUARD_CELLS, await outcomesOf(guard, GUARD_CELLS), base),
    course: await courseOf(guard),
  };
  console.error(guard.name);
}
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(summaries, rounded)}\n`);

function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
