/** What a simulation takes: each is a process of its own, with a scenario of a name at its rate, for as long as that many calls need. */
import {execFileSync} from 'node:child_process';
import {digits, type Section} from '../section.ts';
import {median} from '../statistics.ts';

const root = new URL('../../../', import.meta.url);
const RUNS = 5;
const MILLION = 1_000_000;

interface Case {
  readonly scenario: string;
  readonly calls: number;
  readonly runs: number;
}

const CASES: readonly Case[] = [
  ...['steady', 'outage', 'spike'].map(scenario => ({scenario, calls: MILLION, runs: RUNS})),
  {scenario: 'steady', calls: 10 * MILLION, runs: 1},
];

interface Taken {
  readonly cpuS: number;
  readonly maxMb: number;
}

/** Faults and phases are as much longer as the scenario is. */
const PROGRAM = `
import {readFileSync} from 'node:fs';
import {simulate} from '${new URL('dist/simulate.js', root).href}';
const [name, calls] = process.argv.slice(1);
const scenario = JSON.parse(readFileSync(new URL(name + '.json', '${new URL('schema/scenarios/', root).href}'), 'utf8'));
const {traffic, service, durationMs} = scenario;
const {phases = []} = traffic;
const inPhases = phases.reduce((sum, {perSecond, fromMs, toMs}) => sum + (perSecond - traffic.perSecond) * (toMs - fromMs), 0);
const factor = (Number(calls) * 1000) / (traffic.perSecond * durationMs + inPhases);
scenario.durationMs = Math.round(scenario.durationMs * factor);
for (const period of [...phases, ...(service.faults ?? [])])
  for (const end of ['fromMs', 'toMs']) if (end in period) period[end] = Math.round(period[end] * factor);
await simulate({}, scenario);
const {user, system} = process.cpuUsage();
console.log(JSON.stringify({cpuS: (user + system) / 1e6, maxMb: process.resourceUsage().maxRSS / 1024}));
`;

export async function simulate(): Promise<Section> {
  execFileSync('npm', ['run', '--silent', 'build'], {cwd: root, stdio: 'inherit'});
  const found = new Map(CASES.map(each => [each, Array.from({length: each.runs}, () => run(each))]));
  const typical = (each: Case, of: keyof Taken): number => median(found.get(each)!.map(taken => taken[of]));
  const [first, , , last] = CASES as [Case, Case, Case, Case];
  return {
    title: 'A simulation',
    intro: `The default policy in a scenario of that name, made longer; the whole process, as built; the median of ${RUNS} processes, but one for the longest.`,
    columns: ['', 'million calls', 'CPU s', 'MB resident at most'],
    rows: CASES.map(each => [
      each.scenario,
      digits(each.calls / MILLION, 0),
      digits(typical(each, 'cpuS'), 1),
      digits(typical(each, 'maxMb'), 0),
    ]),
    goals: [
      ...CASES.filter(({calls}) => calls === MILLION).map(each => ({
        what: `${each.scenario}, a million calls`,
        limit: 5,
        measured: typical(each, 'cpuS'),
        unit: 's of CPU',
      })),
      {what: 'ten million calls', limit: 200, measured: typical(last, 'maxMb'), unit: 'MB'},
    ],
    headlines: [
      {
        what: 'a million calls in the simulator',
        ours: `${digits(typical(first, 'cpuS'), 1)} s, ${digits(typical(first, 'maxMb'), 0)} MB`,
        beside: '',
      },
    ],
  };
}

function run({scenario, calls}: Case): Taken {
  const args = ['--input-type=module', '--eval', PROGRAM, '--', scenario, String(calls)];
  return JSON.parse(execFileSync(process.execPath, args, {encoding: 'utf8'})) as Taken;
}
