/** The language server in Neovim, as its own client sees it: nothing of Neovim is imitated. */
import {execFile, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';

const main = fileURLToPath(new URL('../../lint/main.ts', import.meta.url));
const script = fileURLToPath(new URL('neovim.lua', import.meta.url));

const policyText = '{\n  "maxAttempts": 3,\n  "budgt": {"capacity": 400},\n  "backoff": {"jitter": "none"}\n}\n';

describe('retry-lint lsp in Neovim', () => {
  let folder: string;
  const results = new Map<string, unknown>();

  before(async function () {
    const version = spawnSync('nvim', ['--version'], {encoding: 'utf8'}).stdout;
    if (!version) {
      console.log('    skipped: Neovim is not installed');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'retry-lint-neovim-'));
    const policy = join(folder, 'orders.retry.json');
    writeFileSync(policy, policyText);
    const env = {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_STATE_HOME: folder,
      XDG_CACHE_HOME: folder,
      POLICY: policy,
      RESULTS: join(folder, 'results'),
      SERVER: JSON.stringify([process.execPath, main, 'lsp']),
    };
    const args = ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-c', `luafile ${script}`];
    await promisify(execFile)('nvim', args, {env, timeout: 100_000}).catch((error: Error) => error);
    for (const line of readFileSync(join(folder, 'results'), 'utf8').trim().split('\n')) {
      const {step, value} = JSON.parse(line) as {step: string; value: unknown};
      results.set(step, value);
    }
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, {recursive: true, force: true});
  });

  it('shows the findings at their keys, with links', () => {
    const diagnostics = results.get('diagnostics') as {code: string; line: number; column: number; link: string}[];
    expect(diagnostics.map(({code, line, column}) => `${code} ${line}:${column}`)).to.have.members([
      'RL004 3:3',
      'RL203 4:15',
    ]);
    for (const {code, link} of diagnostics) expect(link).to.match(new RegExp(`/docs/rules/${code}\\.md$`));
  });

  it('offers fixes, the suppression and the baseline', () => {
    expect(results.get('actions')).to.include.members([
      'Rename it to budget',
      'Set jitter to "full" (unsafe)',
      'Suppress RL203 here',
      'Accept RL203 in the baseline',
      'Explain RL203',
    ]);
  });

  it('applies every safe fix, and no other', () => {
    const lines = results.get('fixed') as string[];
    expect(lines[2]).to.equal('  "budget": {"capacity": 400},');
    expect(lines[3]).to.contain('"jitter": "none"');
  });

  it('applies a quick fix, which is saved', () => {
    expect(results.get('saved')).to.include('  "backoff": {"jitter": "full"}');
  });

  it('simulates the policy from its code lens, as a page or in a message', () => {
    expect(results.get('lens')).to.match(/^worst case .* · amplification 3× · simulate$/);
    expect(results.get('simulated')).to.match(/^(?:file:.*\.html|spike: .*\nno policy: .*\norders\.retry: .*)$/s);
  });

  it('explains a rule, as a page or in a message', () => {
    expect(results.get('explained')).to.match(/\/RL203\.md$|^RL203 no-synchronized-retries: .*/s);
  });

  it('shows a syntax error where it is typed', () => {
    expect(results.get('syntax error')).to.have.nested.property('[0].code', 'RL001');
  });

  it('explains a field in a hover', () => {
    expect(results.get('hover')).to.contain('**budget**');
  });

  it('ends with the editor', () => {
    expect(results.get('stopped')).to.equal(true);
    expect(results.get('timeout')).to.equal(undefined);
  });
});
