/** What findings cost: a policy with none beside the same policy with hundreds, linted and printed, in CPU time of this process. */
import type {Report} from '../../../lint/finding.ts';
import {fixText} from '../../../lint/fix.ts';
import {github} from '../../../lint/formatters/github.ts';
import {stylish} from '../../../lint/formatters/stylish.ts';
import {lintText} from '../../../lint/lint.ts';
import {type Candidate, cpuUs, measure} from '../measure.ts';
import {digits, type Section} from '../section.ts';

const PATH = 'policy.json';

/** POSTs with keys and jitter, or with neither: two findings each. */
function policyOf(routes: number, options: {readonly bad: boolean; readonly extraLines: number}): string {
  const extra = Object.fromEntries(Array.from({length: options.extraLines}, (_, index) => [`x-note-${index}`, index]));
  const settings = options.bad
    ? {backoff: {jitter: 'none'}}
    : {idempotency: {header: 'Idempotency-Key'}, backoff: {jitter: 'equal'}};
  return JSON.stringify(
    {
      version: 1,
      attemptTimeoutMs: 2500,
      deadlineMs: 30_000,
      routes: Array.from({length: routes}, (_, index) => ({
        match: {methods: ['POST'], path: `/v1/orders${index}/*`},
        name: `orders-${index}`,
        ...settings,
        ...extra,
      })),
    },
    null,
    2,
  );
}

const CLEAN = policyOf(200, {bad: false, extraLines: 0});
const BAD = policyOf(200, {bad: true, extraLines: 0});
const LONG = policyOf(142, {bad: true, extraLines: 22});

type Print = (report: Report, text: string) => void;

const print =
  (format: typeof stylish): Print =>
  (report, text) => {
    const run = {reports: [report], texts: {[PATH]: text}, rules: [], version: '0.0.0', day: '2027-01-31'};
    format.format(run, {colour: false, width: 100});
  };

const candidate = (name: string, text: string, after: Print): Candidate => ({
  name,
  run: async () => after(await lintText({path: PATH, files: {[PATH]: text}}), text),
});

export async function findings(): Promise<Section> {
  const lines = LONG.split('\n').length;
  const long = `${lines} lines, 284 findings, with their fixes as text`;
  const candidates = candidatesOf(long);
  const firstUs = await cpuUs(candidates.find(({name}) => name === long)!);
  await check(LONG, 284);
  await check(CLEAN, 0);
  await check(BAD, 400);
  const costs = await measure(candidates, 21);
  const of = (wanted: string): number => costs.find(({name}) => name === wanted)!.us;
  const first = {name: 'the same, as the first run of a process', us: firstUs};
  return {
    title: 'What findings of retry-lint cost',
    intro: `A policy of 200 routes (${CLEAN.split('\n').length} lines), right in all of them or with two findings in each. CPU time in one process; all but the last row once the code is optimised.`,
    columns: ['', 'µs', '× no findings'],
    rows: [...costs, first].map(({name, us}) => [name, digits(us, 0), digits(us / of(CLEAN_NAME))]),
    goals: [
      {what: long, limit: 70, measured: of(long) / 1000, unit: 'ms of CPU'},
      {what: BAD_NAME, limit: 2, measured: of(BAD_NAME) / of(CLEAN_NAME), unit: '× no findings'},
    ],
  };
}

const CLEAN_NAME = 'no findings';
const BAD_NAME = '400 findings';

/** The longest is the last: its first run stands below it. */
function candidatesOf(long: string): Candidate[] {
  return [
    candidate(CLEAN_NAME, CLEAN, () => {}),
    candidate(BAD_NAME, BAD, () => {}),
    candidate('400 findings, as annotations without fixes', BAD, print(github)),
    candidate('400 findings, with their fixes as text', BAD, print(stylish)),
    {
      name: '400 fixes applied, and linted again',
      run: () => fixText({path: PATH, files: {[PATH]: BAD}}, {unsafe: true}),
    },
    candidate(long, LONG, print(stylish)),
  ];
}

async function check(text: string, expected: number): Promise<void> {
  const {findings: found} = await lintText({path: PATH, files: {[PATH]: text}});
  if (found.length !== expected) throw new Error(`${found.length} findings instead of ${expected}.`);
}
