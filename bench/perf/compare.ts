/**
 * `npm run bench:compare -- <checkout> [group…]`: steadfetch's rows of this checkout and of another one, side by side. The other one
 * is measured twice; how far its two figures lie apart is the noise.
 */
import {existsSync} from 'node:fs';
import {loadavg} from 'node:os';
import {join, resolve} from 'node:path';
import {comparisonTable} from './comparison.ts';
import {Costs} from './costs.ts';
import {loadGroup, SUBJECT_GROUPS} from './groups.ts';
import {type BenchOptions, benchOptions, isWanted} from './options.ts';
import {installPeers, ROOT} from './peers-install.ts';
import {type Row, runGroup} from './run-group.ts';
import {digits} from './section.ts';
import type {Group} from './subject.ts';

const DEFAULT_GROUPS = ['loopback-fetch', 'loopback-ky', 'undici', 'stub', 'retried', 'pending'];

const [other, ...rest] = process.argv.slice(2);
if (other === undefined || !existsSync(join(other, 'src/core.ts')))
  throw new Error(`Name a checkout of steadfetch: npm run bench:compare -- <checkout>. Not a checkout: ${other}`);
installPeers();
const options = benchOptions(rest, SUBJECT_GROUPS);
const names = options.groups.length === 0 ? DEFAULT_GROUPS : options.groups;
for (const name of names) console.log(await compare(await loadGroup(name), resolve(other), options));

async function compare(group: Group, before: string, options: BenchOptions): Promise<string> {
  const ours = group.subjects.filter(({name, ours = false}) => ours && isWanted(name, options.rows));
  const references = [group.base, group.floor].filter(name => name !== undefined);
  const rows: Row[] = [
    ...references.map(name => ({name, subject: name, checkout: ROOT})),
    ...ours.flatMap(({name}) => [
      {name: `${name} / before`, subject: name, checkout: before},
      {name: `${name} / before again`, subject: name, checkout: before},
      {name: `${name} / after`, subject: name, checkout: ROOT},
    ]),
  ];
  const costs = new Costs();
  const load = loadavg()[0]!;
  await runGroup(group, rows, options, (row, quantity, figure) => costs.set(row.name, quantity, figure));
  const title = `## ${group.name} (load ${digits(load, 1)} before, ${digits(loadavg()[0]!, 1)} after)`;
  return [
    title,
    '',
    ...comparisonTable(
      group,
      ours.map(({name}) => name),
      costs,
    ),
    '',
  ].join('\n');
}
