/** What it costs a process to start with telemetry: each is a process of its own. */
import {execFileSync} from 'node:child_process';
import {digits, type Section} from '../section.ts';
import {percentile} from '../statistics.ts';

const root = new URL('../../../', import.meta.url);
const built = (path: string): string => new URL(`dist/${path}`, root).href;

const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ['an empty program', []],
  ['the same again (noise)', []],
  ['steadfetch/core', ['--import', built('core.js')]],
  ['steadfetch/fetch: with the API of OpenTelemetry', ['--import', built('fetch.js')]],
  ['steadfetch/register: with its Node SDK', ['--import', built('register.js')]],
];
const RUNS = 9;
/** Ends before anything is exported. */
const REPORT = `const {user, system} = process.cpuUsage();
  console.log(JSON.stringify([performance.now(), (user + system) / 1000, process.memoryUsage.rss() / 2 ** 20]));
  process.exit();`;

export async function startUp(): Promise<Section> {
  execFileSync('npm', ['run', '--silent', 'build'], {cwd: root, stdio: 'inherit'});
  const samples = new Map(PROGRAMS.map(([name]) => [name, [] as number[][]]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, imports] of PROGRAMS) {
      const args = [...imports, '--input-type=module', '--eval', REPORT];
      samples.get(name)!.push(JSON.parse(execFileSync(process.execPath, args, {encoding: 'utf8'})) as number[]);
    }
  }
  const median = (name: string, column: number): number =>
    percentile(
      samples.get(name)!.map(each => each[column]!),
      0.5,
    );
  return {
    title: 'Starting a process',
    intro: `Until the program's first line; the median of ${RUNS} processes each, as built.`,
    columns: ['', 'ms', 'CPU ms', 'MB resident'],
    rows: PROGRAMS.map(([name]) => [name, ...[0, 1, 2].map(column => digits(median(name, column), 0))]),
    goals: [],
    headlines: [
      {
        what: 'starting a process, ms',
        ours: PROGRAMS.slice(2)
          .map(([name]) => `${name.split(':')[0]} ${digits(median(name, 0), 0)}`)
          .join(' · '),
        beside: `an empty program ${digits(median('an empty program', 0), 0)}`,
      },
    ],
  };
}
