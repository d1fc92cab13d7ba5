/** What a run of retry-lint takes, beside Node's own start and beside Spectral: wall time, each run a process of its own. */
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import policySchema from '../../../schema/policy.schema.json' with {type: 'json'};
import {bundle} from '../../../scripts/bundle.ts';
import {percentile} from '../measure.ts';
import {version} from '../peers.ts';
import {digits, type Section} from '../section.ts';

const ROUNDS = 21;
const FILES = 1000;

const POLICY = {
  version: 1,
  name: 'shop',
  maxAttempts: 3,
  deadlineMs: 10_000,
  attemptTimeoutMs: 2500,
  backoff: {kind: 'exponential', baseMs: 250, factor: 4, capMs: 1000, jitter: 'full'},
  retryAfter: {maxMs: 3000},
  routes: ['orders', 'carts', 'refunds'].map(name => ({
    match: {methods: ['POST'], path: `/${name}/*`},
    name,
    idempotency: {header: 'Idempotency-Key'},
    backoff: {jitter: 'equal'},
  })),
};

/** The same three rules as Spectral would have them. */
const RULES = `rules:
  no-unbounded-retries:
    given: $
    then: {field: maxAttempts, function: schema, functionOptions: {schema: {type: integer, maximum: 5}}}
  no-synchronised-retries:
    given: $..backoff
    then: {field: jitter, function: enumeration, functionOptions: {values: [full, equal, decorrelated]}}
  no-retried-post-without-key:
    given: $.routes[?(@.match.methods.includes('POST'))]
    then: {field: idempotency, function: truthy}
`;

/** Ours also holds a policy to its shape in every run. */
const RULES_AND_SHAPE = `${RULES}  policy:
    given: $
    then: {function: schema, functionOptions: {schema: ${JSON.stringify(policySchema)}}}
`;

interface Candidate {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Others, that take long, are run less often. */
  readonly every?: number;
}

export async function lint(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'retry-lint-bench-'));
  await bundle(folder);
  writePolicies(folder);
  const candidates = candidatesIn(folder);
  const walls = measureWalls(candidates, folder);
  rmSync(folder, {recursive: true});
  const wall = (name: string): number => percentile(walls.get(name)!, 0.2);
  const [node, one, spectral, many] = [
    'node -e 0',
    'retry-lint',
    'Spectral, 3 rules',
    `retry-lint, ${FILES} files`,
  ].map(wall);
  return {
    title: 'A run of retry-lint',
    intro: `Wall time of a policy of ${JSON.stringify(POLICY, null, 2).split('\n').length} lines, the 20th percentile of ${ROUNDS} runs, interleaved. Spectral is ${version('@stoplight/spectral-cli')}.`,
    columns: ['', 'ms', '× node -e 0'],
    rows: candidates.map(({name}) => [name, digits(wall(name), 1), digits(wall(name) / node!)]),
    goals: [
      {
        what: 'one file, against node -e 0',
        limit: 1.45,
        measured: one! / node!,
        unit: '×',
        why: `what is left is reading the program's bytecode and running it; node -e 0, measured again in this run, is at ${digits(wall('the same again (noise)') / node!)} of itself`,
      },
      {
        what: `${FILES} files, against one`,
        limit: 15,
        measured: many! / one!,
        unit: '×',
        why: `a file takes ${digits((many! - one!) / FILES)} ms, read, parsed and judged by every rule, and Node's own start, which one run has only once, is most of what one file takes`,
      },
      {
        what: 'one file, against Spectral',
        limit: 1 / 15,
        measured: one! / spectral!,
        unit: '×',
        why: `Spectral takes ${digits(spectral! / one!, 1)} times as long, and three quarters of what ours takes is Node's own start of ${digits(node!, 1)} ms, which Spectral has too`,
      },
    ],
  };
}

function writePolicies(folder: string): void {
  const text = JSON.stringify(POLICY, null, 2);
  writeFileSync(join(folder, 'policy.json'), text);
  writeFileSync(join(folder, 'policy.yaml'), text);
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  writeFileSync(join(folder, 'rules-and-shape.yaml'), RULES_AND_SHAPE);
  mkdirSync(join(folder, 'many'));
  for (let index = 0; index < FILES; index++)
    cpSync(join(folder, 'policy.json'), join(folder, `many/${index}.retry.json`));
}

function candidatesIn(folder: string): Candidate[] {
  const program = join(folder, 'retry-lint.cjs');
  const require = createRequire(new URL('../../package.json', import.meta.url));
  const spectral = require.resolve('@stoplight/spectral-cli/dist/index.js');
  return [
    {name: 'node -e 0', args: ['-e', '0']},
    {name: 'the same again (noise)', args: ['-e', '0']},
    {name: 'retry-lint', args: [program, 'policy.json']},
    {name: 'retry-lint, as its first run', args: [program, 'policy.json'], env: {NODE_DISABLE_COMPILE_CACHE: '1'}},
    {name: 'retry-lint, YAML', args: [program, 'policy.yaml']},
    {name: `retry-lint, ${FILES} files`, args: [program, 'many'], every: 3},
    {name: 'Spectral, 3 rules', args: [spectral, 'lint', '--ruleset', 'rules.yaml', 'policy.json'], every: 3},
    {
      name: 'Spectral, 3 rules and the shape of a policy',
      args: [spectral, 'lint', '--ruleset', 'rules-and-shape.yaml', 'policy.json'],
      every: 3,
    },
  ];
}

function measureWalls(candidates: readonly Candidate[], folder: string): Map<string, number[]> {
  const walls = new Map(candidates.map(({name}) => [name, [] as number[]]));
  for (let round = -1; round < ROUNDS; round++) {
    // Nobody always runs after the one that has just emptied the caches.
    const turn = (round + 1) % candidates.length;
    for (const {name, args, env, every = 1} of [...candidates.slice(turn), ...candidates.slice(0, turn)]) {
      if (round % every !== 0 && round >= 0) continue;
      const start = performance.now();
      const {status, stderr} = spawnSync(process.execPath, args, {cwd: folder, env: {...process.env, ...env}});
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      // The first round warms the disk, and leaves the bytecode.
      if (round >= 0) walls.get(name)!.push(performance.now() - start);
    }
  }
  return walls;
}
