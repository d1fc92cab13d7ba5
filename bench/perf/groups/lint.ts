/** What a run of retry-lint takes, beside Node's own start and beside other linters. Each run is a process of its own. */
import {spawnSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {FILES, type LintCandidate, lineCount, lintCandidates, lintFolder} from '../lint-candidates.ts';
import {version} from '../peers.ts';
import {digits, type Goal, type Section} from '../section.ts';
import {percentile} from '../statistics.ts';

const ROUNDS = 21;

/** Milliseconds of each run. */
interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

/** Of one candidate, the 20th percentile. */
type Typical = (name: string) => {readonly wall: number; readonly cpu: number};

export async function lint(): Promise<Section> {
  const folder = await lintFolder();
  const candidates = lintCandidates(folder);
  const times = measureRuns(candidates, folder);
  rmSync(folder, {recursive: true});
  const typical: Typical = name => {
    const {wall, cpu} = times.get(name)!;
    return {wall: percentile(wall, 0.2), cpu: percentile(cpu, 0.2)};
  };
  const node = typical('node -e 0');
  return {
    title: 'A run of retry-lint',
    intro: `A policy of ${lineCount} lines, the 20th percentile of ${ROUNDS} runs, interleaved; every program as npx starts it. ${versions()}.`,
    columns: ['', 'wall ms', '× node -e 0', 'CPU ms', '× node -e 0'],
    rows: candidates.map(({name}) => {
      const {wall, cpu} = typical(name);
      return [name, digits(wall, 1), digits(wall / node.wall), digits(cpu, 1), digits(cpu / node.cpu)];
    }),
    goals: goalsOf(typical),
    headlines: [
      {
        what: 'linting a policy of 64 lines, × starting Node',
        ours: digits(typical('retry-lint').wall / node.wall),
        beside: ['Biome', 'ESLint, @eslint/json', 'Spectral, 3 rules']
          .map(name => `${name.split(',')[0]} ${digits(typical(name).wall / node.wall, 1)}`)
          .join(' · '),
      },
    ],
  };
}

function versions(): string {
  const {version: biome} = createRequire(import.meta.url)('@biomejs/biome/package.json') as {version: string};
  const others = Object.entries({
    oxlint: 'oxlint',
    ESLint: 'eslint',
    '@eslint/json': '@eslint/json',
    Spectral: '@stoplight/spectral-cli',
  });
  return [`Biome ${biome}`, ...others.map(([name, of]) => `${name} ${version(of)}`)].join(', ');
}

function goalsOf(typical: Typical): Goal[] {
  const [node, noise, one] = [typical('node -e 0'), typical('the same again (noise)'), typical('retry-lint')];
  const many = typical(`retry-lint, ${FILES} files`);
  const spectral = typical('Spectral, 3 rules');
  const why = `what is left is compiling the functions that a run calls, which Node's cache does not keep; node -e 0, measured again in this run, is at ${digits(noise.wall / node.wall)} of itself`;
  return [
    {what: 'one file, wall, against node -e 0', limit: 1.6, measured: one.wall / node.wall, unit: '×', why},
    {what: 'one file, CPU, against node -e 0', limit: 2.1, measured: one.cpu / node.cpu, unit: '×', why},
    {
      what: `${FILES} files, wall, against one`,
      limit: 15,
      measured: many.wall / one.wall,
      unit: '×',
      why: `a file takes ${digits((many.wall - one.wall) / FILES)} ms, read, parsed and checked by every rule`,
    },
    {
      what: 'one file, wall, against Spectral',
      limit: 1 / 12,
      measured: one.wall / spectral.wall,
      unit: '×',
      why: `Spectral takes ${digits(spectral.wall / one.wall, 1)} times as long`,
    },
  ];
}

function measureRuns(candidates: readonly LintCandidate[], folder: string): Map<string, Times> {
  const times = new Map<string, Times>(candidates.map(({name}) => [name, {wall: [], cpu: []}]));
  for (let round = -1; round < ROUNDS; round++) {
    // The order rotates, so that no candidate always runs after the one that has just emptied the caches.
    const first = (round + 1) % candidates.length;
    for (const candidate of [...candidates.slice(first), ...candidates.slice(0, first)]) {
      if (round % (candidate.every ?? 1) !== 0 && round >= 0) continue;
      const [wall, cpu] = [wallOf(candidate, folder), cpuOf(candidate, folder)];
      // The first round warms the disk and fills the cache.
      if (round < 0) continue;
      times.get(candidate.name)!.wall.push(wall);
      times.get(candidate.name)!.cpu.push(cpu);
    }
  }
  return times;
}

function wallOf({name, args, env}: LintCandidate, folder: string): number {
  const start = performance.now();
  const {status, stdout, stderr} = spawnSync(process.execPath, args, {cwd: folder, env: {...process.env, ...env}});
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
  return ms;
}

/** Of a process and all that it starts, as the shell knows it. */
function cpuOf({args, env}: LintCandidate, folder: string): number {
  const script = `TIMEFORMAT='%3U %3S'; time "$0" "$@" >/dev/null 2>&1`;
  const options = {cwd: folder, encoding: 'utf8', env: {...process.env, ...env}} as const;
  const {stderr} = spawnSync('bash', ['-c', script, process.execPath, ...args], options);
  const [user, system] = stderr.trim().split(' ').map(Number);
  return (user! + system!) * 1000;
}
