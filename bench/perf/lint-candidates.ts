/** What the lint table runs: retry-lint, and the linters that people know, on one policy of 64 lines. */
import {cpSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import policySchema from '../../schema/source/policy.schema.json' with {type: 'json'};
import {bundlePrograms} from '../../scripts/bundle/programs.ts';

export interface LintCandidate {
  readonly name: string;
  /** Of node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run in every so many rounds: others, that take long, are run less often. */
  readonly every?: number;
}

export const FILES = 1000;

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

const TEXT = `${JSON.stringify(POLICY, null, 2)}\n`;

export const lineCount: number = TEXT.trimEnd().split('\n').length;

/** Three of retry-lint's rules as Spectral would have them. */
const RULES = `rules:
  no-too-many-attempts:
    given: $
    then: {field: maxAttempts, function: schema, functionOptions: {schema: {type: integer, maximum: 5}}}
  no-synchronized-retries:
    given: $..backoff
    then: {field: jitter, function: enumeration, functionOptions: {values: [full, equal, decorrelated]}}
  no-repeated-post-without-key:
    given: $.routes[?(@.match.methods.includes('POST'))]
    then: {field: idempotency, function: truthy}
`;

/** retry-lint also checks the shape of a policy in every run. */
const RULES_AND_SHAPE = `${RULES}  policy:
    given: $
    then: {function: schema, functionOptions: {schema: ${JSON.stringify(policySchema)}}}
`;

const ofBench = createRequire(new URL('../package.json', import.meta.url));
const ofProject = createRequire(import.meta.url);

/** Makes a folder with the policy and a configuration for each linter. */
export async function lintFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'retry-lint-bench-'));
  await bundlePrograms(folder);
  const eslintJson = pathToFileURL(ofBench.resolve('@eslint/json')).href;
  const files = {
    'policy.json': TEXT,
    'policy.yaml': TEXT,
    // oxlint lints no JSON.
    'policy.js': `export default ${TEXT.trimEnd()};\n`,
    'rules.yaml': RULES,
    'rules-and-shape.yaml': RULES_AND_SHAPE,
    'biome.json': '{}',
    'eslint.config.mjs': `import json from '${eslintJson}';
export default [{files: ['**/*.json'], plugins: {json}, language: 'json/json', ...json.configs.recommended}];\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'many'));
  for (let index = 0; index < FILES; index++)
    cpSync(join(folder, 'policy.json'), join(folder, `many/${index}.retry.json`));
  return folder;
}

/** The first is the base of all ratios. Each is started as npx would start it. */
export function lintCandidates(folder: string): LintCandidate[] {
  const program = join(folder, 'retry-lint.cjs');
  const env = {XDG_CACHE_HOME: join(folder, 'cache')};
  const spectral = ofBench.resolve('@stoplight/spectral-cli/dist/index.js');
  const biome = join(dirname(ofProject.resolve('@biomejs/biome/package.json')), 'bin/biome');
  const oxlint = join(dirname(ofBench.resolve('oxlint/package.json')), 'bin/oxlint');
  const eslint = join(dirname(ofBench.resolve('eslint/package.json')), 'bin/eslint.js');
  return [
    {name: 'node -e 0', args: ['-e', '0']},
    {name: 'the same again (noise)', args: ['-e', '0']},
    {name: 'retry-lint', args: [program, 'policy.json'], env},
    {name: 'retry-lint, as its first run', args: [program, 'policy.json'], env: {NODE_DISABLE_COMPILE_CACHE: '1'}},
    {name: 'retry-lint, YAML', args: [program, 'policy.yaml'], env},
    {name: `retry-lint, ${FILES} files`, args: [program, 'many'], env, every: 3},
    {name: 'Biome', args: [biome, 'lint', 'policy.json']},
    {name: 'oxlint, a module with the same text', args: [oxlint, 'policy.js']},
    {name: 'ESLint, @eslint/json', args: [eslint, 'policy.json'], every: 3},
    {name: 'Spectral, 3 rules', args: [spectral, 'lint', '--ruleset', 'rules.yaml', 'policy.json'], every: 3},
    {
      name: 'Spectral, 3 rules and the shape of a policy',
      args: [spectral, 'lint', '--ruleset', 'rules-and-shape.yaml', 'policy.json'],
      every: 3,
    },
  ];
}
