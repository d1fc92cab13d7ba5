/** `npm run bench`: every table, ours beside the peers, in one process; prints them and writes docs/performance.md. */
import {execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {loadavg} from 'node:os';
import {fileURLToPath} from 'node:url';
import type {Section} from './section.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
if (!existsSync(at('../node_modules'))) execFileSync('npm', ['ci'], {cwd: at('..'), stdio: 'inherit'});

const {startLoopback} = await import('./loopback.ts');
const {report} = await import('./report.ts');
const {stub} = await import('./groups/stub.ts');
const {loopbackFetch} = await import('./groups/loopback-fetch.ts');
const {loopbackKy} = await import('./groups/loopback-ky.ts');
const {retried} = await import('./groups/retried.ts');
const {openBreaker} = await import('./groups/open-breaker.ts');
const {pending} = await import('./groups/pending.ts');
const {tracing} = await import('./groups/tracing.ts');
const {listeners} = await import('./groups/listeners.ts');
const {batch} = await import('./groups/batch.ts');
const {growth} = await import('./groups/growth.ts');
const {startUp} = await import('./groups/start-up.ts');
const {lint} = await import('./groups/lint.ts');
const {findings} = await import('./groups/findings.ts');
const {bundles} = await import('./groups/bundles.ts');

const load = loadavg()[0]!;
const loopback = await startLoopback();
/** As the page has them. */
const groups = [
  stub,
  loopbackFetch,
  loopbackKy,
  retried,
  openBreaker,
  pending,
  tracing,
  listeners,
  batch,
  growth,
  startUp,
  bundles,
  lint,
  findings,
];
// To start a process takes the longer the more memory its parent has (measured: 36 ms for 23), and this one is small now.
const startsProcesses = [lint, startUp];
const sections = new Map<(typeof groups)[number], Section>();
for (const group of new Set([...startsProcesses, ...groups])) {
  process.stderr.write(`${group.name} …\n`);
  sections.set(group, await group(loopback));
}
loopback.close();
const page = report(
  groups.map(group => sections.get(group)!),
  load,
);
writeFileSync(at('../../docs/performance.md'), page);
console.log(page);
process.exit(); // Some peers keep timers of their own.
