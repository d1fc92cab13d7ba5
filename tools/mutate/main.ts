/**
 * Changes the code of src and lint in one place at a time and runs the tests that execute this place, which have to fail. A run tries a
 * random sample, another one each time. Fails where more than 4 of 90 changes are neither noticed nor explained in equivalent.ts.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {writeSection} from '../../scripts/section.ts';
import {otherSuites} from '../../test/support/other-suites.ts';
import {allChanges, type FindChanges, type Mutant, mutantOf, shuffled, sourcesOf} from './mutants.ts';
import {Reaches} from './reach.ts';
import {type Finding, holds, isSurvivor, lineOf, reasonFor, type Sample, section} from './report.ts';
import {filesOfProject, Sandbox} from './sandbox.ts';
import {tryMutant} from './trial.ts';
import {compiling} from './types.ts';

const USAGE = `Usage: npm run mutate -- [options]

  --count NUMBER        Changes to try (default: 90)
  --minutes NUMBER      Time after which no further change is tried (default: 10)
  --seed NUMBER         Repeat the sample of an earlier run (default: another one each time)
  --only PATH[:LINE]    Only changes of this file or folder, and of this line; may be repeated (default: src and lint)
  --tests PATH          Run only this test file or folder; may be repeated (default: every test that reaches the code)
  --seconds NUMBER      What the tests of one change may take, in seconds of the processor that they took unchanged (default: 60)
  --write               Write the sample into docs/reliability.md
  --jobs NUMBER         Changes to try at once (default: the number of processors)
  --unconfined          Run changed code with the rights of this user; it may delete files`;

const {values} = parseArgs({
  options: {
    count: {type: 'string', default: '90'},
    minutes: {type: 'string', default: '10'},
    seed: {type: 'string', default: String(Math.floor(Math.random() * 1e6))},
    only: {type: 'string', multiple: true, default: ['src', 'lint']},
    tests: {type: 'string', multiple: true, default: ['test']},
    seconds: {type: 'string', default: '60'},
    jobs: {type: 'string', default: String(availableParallelism())},
    write: {type: 'boolean', default: false},
    unconfined: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const [count, minutes, seed, seconds, jobs] = (['count', 'minutes', 'seed', 'seconds', 'jobs'] as const).map(name => {
  const number = Number(values[name]);
  if (!(number >= 0)) throw new Error(`--${name} has to be a number, not ${values[name]}.`);
  return number;
}) as [number, number, number, number, number];

const deadline = performance.now() + minutes * 60_000;
const cache = fileURLToPath(new URL('.cache', import.meta.url));
const files = filesOfProject();
const sandboxes = Array.from({length: Math.max(1, jobs)}, () => new Sandbox(files, !values.unconfined));
process.on('exit', () => {
  for (const sandbox of sandboxes) sandbox.remove();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const refusal = sandboxes[0]!.whyNotConfined();
if (refusal !== undefined && !values.unconfined) {
  console.error(
    `Changed code cannot be confined here, and it may delete files or replace devices: ${refusal}\n` +
      'Run as root on Linux with unshare (util-linux) and ip (iproute2), or, where nothing can be lost, with --unconfined.',
  );
  process.exit(2);
}

function isIn(file: string, path: string): boolean {
  return file === path || file.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/** Does a task for each item, as many at once as there are sandboxes, until the time is over. */
async function inParallel<Item>(
  items: Iterable<Item>,
  task: (item: Item, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const work = async (sandbox: Sandbox): Promise<void> => {
    while (performance.now() < deadline) {
      const {value, done} = queue.next();
      if (done === true) return;
      await task(value, sandbox);
    }
  };
  await Promise.all(sandboxes.map(work));
}

const sources = sourcesOf(sandboxes[0]!.tree, files);
const {changesOf} = (await import(new URL('mutators.mjs', import.meta.url).href)) as {changesOf: FindChanges};
const changes = (await allChanges(sources, changesOf, `${cache}/changes`)).filter(([file, {start}]) =>
  values.only.some(only => {
    const [path, line] = only.split(':') as [string, string?];
    if (line !== undefined && sources.get(file)!.slice(0, start).split('\n').length !== Number(line)) return false;
    return isIn(file, path);
  }),
);
const others = new Set(otherSuites.map(({name}) => name));
const tests = files.filter(
  path =>
    /^test\/.*\.test\.ts$/.test(path) &&
    !others.has(path.split('/')[1]!) &&
    values.tests.some(only => isIn(path, only)),
);
const reaches = new Reaches(tests, `${cache}/reach`);

/** More are compiled at once than are needed, because the compiler refuses some of them. */
async function drawSample(): Promise<Mutant[]> {
  const order = shuffled(changes, seed);
  const drawn: Mutant[] = [];
  for (let at = 0; drawn.length < count && at < order.length; ) {
    const some: Mutant[] = [];
    for (; some.length < (count - drawn.length) * 1.5 && at < order.length; at++) {
      const [file, change] = order[at]!;
      const mutant = mutantOf(file, sources.get(file)!, change);
      if (mutant !== undefined) some.push(mutant);
    }
    drawn.push(...(await compiling(some, sources, sandboxes[0]!)));
  }
  return drawn.slice(0, count);
}

/** Undefined where the time was over. */
async function findingOf(mutant: Mutant, sandbox: Sandbox): Promise<Finding | undefined> {
  const why = reasonFor(mutant);
  if (why !== undefined) return {mutant, verdict: 'equivalent', why, tests: [], left: 0, failed: undefined};
  const share = {cpuMs: seconds * 1_000, deadline};
  const trial = await tryMutant(mutant, sources.get(mutant.file)!, tests, reaches, sandbox, share);
  if (trial === undefined) return undefined;
  const {fate, ...rest} = trial;
  return {verdict: fate, ...rest};
}

console.log(`Drawing ${count} of ${changes.length} changes with --seed ${seed}.`);
const drawn = await drawSample();
const findings: Finding[] = [];
await inParallel(drawn, async (mutant, sandbox) => {
  const finding = await findingOf(mutant, sandbox);
  if (finding === undefined) return;
  findings.push(finding);
  console.log(lineOf(finding));
});

const untried = drawn.length - findings.length;
const sample: Sample = {seed, findings, only: values.only, of: changes.length, untried};
mkdirSync(new URL('reports', import.meta.url), {recursive: true});
writeFileSync(
  new URL(`reports/${seed}.json`, import.meta.url),
  JSON.stringify(
    {seed, findings: findings.map(({mutant: {text: _, ...mutant}, ...rest}) => ({...mutant, ...rest}))},
    null,
    2,
  ),
);
console.log(
  `\n${section(sample).join('\n')}\n\nIn tools/mutate/reports/${seed}.json: each change with the tests that ran.`,
);
if (values.write) writeSection('npm run mutate', section(sample));
if (untried > 0) console.log(`${minutes} minutes were enough for ${findings.length} of ${drawn.length}.`);
if (findings.some(isSurvivor) && !holds(sample)) process.exitCode = 1;
