/** No file of Python is too broken to be read, and a fix changes an argument and nothing else. */

import {spawnSync} from 'node:child_process';
import {expect} from 'chai';
import {pythonDialects} from '../../../lint/dialects/python/index.ts';
import {applyEdits} from '../../../lint/edit/text-edit.ts';
import type {Finding} from '../../../lint/finding.ts';
import {lintText} from '../../../lint/lint.ts';
import {readPython} from '../../../lint/source/python/read.ts';
import {checkPolicy} from '../../../src/policy/validate.ts';
import {checked} from '../../support/turns.ts';
import {mutated, pythonFiles} from './mutated.ts';

const seeds = checked(Number(process.env.FUZZ_CASES ?? 1500));
const path = 'f.py';
const config = {preset: 'strict'} as const;

async function lint(text: string): Promise<readonly Finding[]> {
  return (await lintText({path, files: {[path]: text}, config})).findings;
}

interface Changed {
  readonly before: string;
  readonly after: string;
}

function fixesOf(text: string, findings: readonly Finding[]): Changed[] {
  return findings.flatMap(({fix, suggestions}) =>
    [fix, ...suggestions]
      .filter(each => each !== undefined)
      .map(({edits}) => ({before: text, after: applyEdits(text, edits)})),
  );
}

/** Compares what CPython reads, without the arguments that fixes set. Files that it cannot read are left out. */
const COMPARE = `
import ast, json, sys
FIXED = {"max_tries", "max_value", "jitter", "total", "backoff_factor", "backoff_jitter", "reraise", "status_forcelist",
         "method_whitelist", "allowed_methods", "wait_jitter", "retry_jitter"}
class Without(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        node.keywords = [each for each in node.keywords if each.arg not in FIXED]
        return node
def dump(text):
    return ast.dump(Without().visit(ast.parse(text)))
wrong, read = [], 0
for each in json.load(sys.stdin):
    try:
        before = dump(each["before"])
    except (SyntaxError, ValueError, RecursionError):
        continue
    read += 1
    try:
        if dump(each["after"]) != before or each["after"] == each["before"]: wrong.append(each)
    except SyntaxError:
        wrong.append(each)
print(json.dumps({"wrong": wrong, "read": read}))
`;

function compare(changes: readonly Changed[]): {readonly wrong: readonly Changed[]; readonly read: number} {
  const {stdout, stderr} = spawnSync('python3', ['-W', 'ignore', '-c', COMPARE], {
    input: JSON.stringify(changes),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  expect(stderr).to.equal('');
  return JSON.parse(stdout);
}

describe('Broken files of Python', () => {
  it(`${seeds.length} are read in little time, and fixes change an argument alone`, async function () {
    this.timeout(600_000);
    const changes: Changed[] = [];
    for (const seed of seeds) {
      const text = mutated(seed);
      const startedMs = performance.now();
      const findings = await lint(text);
      expect(performance.now() - startedMs, text).to.be.lessThan(10_000);
      changes.push(...fixesOf(text, findings));
    }
    const {wrong, read} = compare(changes);
    expect(wrong.slice(0, 3)).to.deep.equal([]);
    expect(read).to.be.greaterThan(seeds.length / 100);
  });

  it('gives policies that are valid, whatever the text', () => {
    let read = 0;
    for (const seed of seeds) {
      const text = mutated(seed);
      const source = readPython(path, text);
      for (const dialect of Object.values(pythonDialects))
        for (const unit of dialect.unitsOf(source) ?? []) {
          const {match, ...data} = dialect.shapeOf(unit).data;
          const routes = match === undefined ? [] : [{match}];
          expect(checkPolicy({...data, routes}), text).to.deep.equal([]);
          read++;
        }
    }
    expect(read).to.be.greaterThan(seeds.length / 100);
  });

  it('fixes whole files without a change of anything else', async () => {
    const changes: Changed[] = [];
    for (const text of pythonFiles) changes.push(...fixesOf(text, await lint(text)));
    const {wrong, read} = compare(changes);
    expect(wrong).to.deep.equal([]);
    expect(read).to.equal(changes.length);
    expect(read).to.be.greaterThan(10);
  });
});
