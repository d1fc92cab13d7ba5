/** `npm run bench`: every table, ours beside the peers, in one process; prints them and writes docs/performance.md. */
import {execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {loadavg} from 'node:os';
import {fileURLToPath} from 'node:url';

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
const {startUp} = await import('./groups/start-up.ts');
const {lint} = await import('./groups/lint.ts');
const {bundles} = await import('./groups/bundles.ts');

const load = loadavg()[0]!;
const loopback = await startLoopback();
const sections = [];
for (const group of [
  stub,
  loopbackFetch,
  loopbackKy,
  retried,
  openBreaker,
  pending,
  tracing,
  listeners,
  batch,
  startUp,
  bundles,
  lint,
]) {
  process.stderr.write(`${group.name} …\n`);
  sections.push(await group(loopback));
}
loopback.close();
const page = report(sections, load);
writeFileSync(at('../../docs/performance.md'), page);
console.log(page);
process.exit(); // Some peers keep timers of their own.
