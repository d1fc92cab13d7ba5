/**
 * `npm run bench -- [group…] [--row TEXT]… [--save]`: measures and prints. With --save, or without arguments, keeps the results in
 * bench/results.json and writes docs/performance.md and bench/README.md from all that is kept there.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {loadavg} from 'node:os';
import {useFixedBreakers, useModelEndpoints} from '../../src/features.ts';
import {Costs} from './costs.ts';
import {loadGroup, SUBJECT_GROUPS} from './groups.ts';
import {markdownTable} from './markdown-table.ts';
import {type BenchOptions, benchOptions, isWanted} from './options.ts';
import {installPeers, ROOT} from './peers-install.ts';
import {conditionsNow, peerVersions, type Result, results, sectionText, usersPage, withResults} from './report.ts';
import {runGroup} from './run-group.ts';
import {digits, type Section} from './section.ts';
import type {Group} from './subject.ts';

installPeers();
useFixedBreakers();
useModelEndpoints();

/** The groups that do not measure calls one by one. */
const OTHER_GROUPS: Readonly<Record<string, () => Promise<Section>>> = {
  listeners: async () => (await import('./groups/listeners.ts')).listeners(),
  batch: async () => (await import('./groups/batch.ts')).batch(),
  'start-up': async () => (await import('./groups/start-up.ts')).startUp(),
  bundles: async () => (await import('./groups/bundles.ts')).bundles(),
  lint: async () => (await import('./groups/lint.ts')).lint(),
  simulate: async () => (await import('./groups/simulate.ts')).simulate(),
  findings: async () => (await import('./groups/findings.ts')).findings(),
};
const NAMES = [...SUBJECT_GROUPS, ...Object.keys(OTHER_GROUPS)];
// Starting a process takes longer the more memory its parent has, so these run while it is small.
const FIRST = ['lint', 'start-up'];

const options = benchOptions(process.argv.slice(2), NAMES);
if (options.list) await list();
else if (options.save || (options.groups.length === 0 && options.rows.length === 0)) await saveGroups();
else await printSome();
process.exit(); // Some peers keep timers of their own.

async function list(): Promise<void> {
  for (const name of SUBJECT_GROUPS) {
    console.log(name);
    for (const subject of (await loadGroup(name)).subjects) console.log(`  ${subject.name}`);
  }
  for (const name of Object.keys(OTHER_GROUPS)) console.log(name);
}

async function printSome(): Promise<void> {
  for (const name of options.groups.length === 0 ? SUBJECT_GROUPS : options.groups) {
    const other = OTHER_GROUPS[name];
    if (other !== undefined) console.log(sectionText(await other()).join('\n'));
    else if (options.rows.length === 0) console.log(sectionText(await sectionOf(name)).join('\n'));
    else console.log((await plainTable(await loadGroup(name), options)).join('\n'));
  }
}

/** Each group is saved when it ends, so a run that is cut off keeps what it has. */
async function saveGroups(): Promise<void> {
  const wanted = options.groups.length === 0 ? NAMES : options.groups;
  for (const name of new Set([...FIRST.filter(first => wanted.includes(first)), ...wanted])) {
    process.stderr.write(`${name} …\n`);
    const before = loadavg()[0]!;
    const section = await (OTHER_GROUPS[name]?.() ?? sectionOf(name));
    writePages(name, {section, conditions: conditionsNow(options.processes, before, loadavg()[0]!)});
  }
}

function writePages(name: string, result: Result): void {
  const file = `${ROOT}bench/results.json`;
  const kept: Record<string, Result> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  kept[name] = result;
  const inOrder = NAMES.flatMap(each => (kept[each] === undefined ? [] : [[each, kept[each]] as const]));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
  const groups = inOrder.map(([, each]) => each);
  const readme = `${ROOT}bench/README.md`;
  writeFileSync(readme, withResults(readFileSync(readme, 'utf8'), results(groups)));
  writeFileSync(`${ROOT}docs/performance.md`, usersPage(groups, kept.growth, `Peers: ${peerVersions()}`));
  console.log(sectionText(result.section).join('\n'));
}

async function measured(group: Group, wanted: readonly string[], effort: BenchOptions): Promise<Costs> {
  const rows = wanted.map(name => ({name, subject: name, checkout: ROOT}));
  const costs = new Costs();
  await runGroup(group, rows, effort, (row, quantity, figure) => costs.set(row.name, quantity, figure));
  return costs;
}

async function sectionOf(name: string): Promise<Section> {
  const group = await loadGroup(name);
  const all = group.subjects.map(subject => subject.name);
  return group.section(await measured(group, all, options));
}

/** The rows that are asked for, beside the base of their group. */
async function plainTable(group: Group, effort: BenchOptions): Promise<string[]> {
  const names = group.subjects.map(({name}) => name);
  const wanted = names.filter(name => name === group.base || isWanted(name, effort.rows));
  if (!wanted.some(name => isWanted(name, effort.rows))) return [];
  const costs = await measured(group, wanted, effort);
  const rows = wanted.map(name => [
    name,
    ...group.quantities.map(quantity => digits(costs.of(name, quantity))),
    ...(group.base === undefined ? [] : [digits(costs.ratio(name, group.base), 3)]),
  ]);
  const columns = [group.name, ...group.quantities, ...(group.base === undefined ? [] : [`× ${group.base}`])];
  return markdownTable(columns, rows);
}
