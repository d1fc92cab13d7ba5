/** The extension where there is no Node: in the browser, with the server in a web worker and a copy of the workspace. */
import {expect} from 'chai';
import {Session} from './session.ts';

const BASE = '{\n  "version": 1,\n  "maxAttempts": 3,\n  "backoff": {"jitter": "none"}\n}\n';
const YAML = 'version: 1\nmaxAttempts: 3\nbackof:\n  jitter: none\n';
const UNFINISHED = 'version: 1\nbackoff:\n  jitter: \n';
const EXTENDING = '{\n  "version": 1,\n  "extends": ["./base.retry.json"]\n}\n';

describe('retry-lint in a browser', () => {
  const session = new Session({
    files: {
      'base.retry.json': BASE,
      'extending.retry.json': EXTENDING,
      'nightly.retry.yaml': YAML,
      'unfinished.retry.yaml': UNFINISHED,
      '.retry-lintrc.json': `{
  "rules": {"RL203": "warning"},
  "overrides": [{"files": ["night*"], "rules": {"RL203": "info"}}],
  "plugins": ["./rules.js"]
}
`,
      'rules.js': 'export default [];\n',
    },
    settings: {'remote.extensionKind': {'steadfetch.retry-lint': ['web']}},
  });

  before(function () {
    return session.start(this);
  });
  beforeEach(() => session.ready());
  afterEach(function () {
    return session.rest(this);
  });
  after(() => session.end());

  it('reads the configuration, and leaves out rules that are code', async () => {
    const window = await session.open('base.retry.json', BASE);
    const row = (await window.problems('base.retry.json')).filter({hasText: 'RL203'});
    await row.locator('.codicon-warning').waitFor();
  });

  it('follows what a policy extends, also when that changes', async () => {
    const window = await session.open('extending.retry.json', EXTENDING);
    const row = (await window.problems('extending.retry.json')).filter({hasText: 'RL203'});
    await row.waitFor();
    session.write('base.retry.json', BASE.replace('none', 'full'));
    await row.waitFor({state: 'detached'});
  });

  it('offers no simulation, which needs Node', async () => {
    const window = await session.open('base.retry.json', BASE);
    const lens = window.page.locator('.codelens-decoration').first();
    await lens.filter({hasText: /worst case [\d.]+ s · amplification 3×\s*$/}).waitFor();
  });

  it('checks YAML, and fixes it', async () => {
    const window = await session.open('nightly.retry.yaml', YAML);
    const rows = await window.problems('nightly.retry.yaml');
    await rows.filter({hasText: 'RL004'}).waitFor();
    await rows.filter({hasText: 'RL203'}).locator('.codicon-info').waitFor();
    await session.picture('yaml-in-browser');
    await window.goTo(3, 3);
    await (await window.quickFix('Rename it to backoff')).click();
    await window.save();
    expect(await session.saved('nightly.retry.yaml', text => text.includes('backoff:'))).to.contain('backoff:');
  });

  it('completes YAML from the schema', async () => {
    const window = await session.open('unfinished.retry.yaml', UNFINISHED);
    await window.goTo(3, 11);
    const list = window.page.locator('.suggest-widget.visible');
    await window.summon(['Control+Space'], list.locator('.monaco-list-row', {hasText: 'equal'}));
    await window.page.keyboard.press('Escape');
  });

  it('shows the reasons of a rule in a hover', async () => {
    const window = await session.open('base.retry.json', BASE);
    await window.squiggles('warning').first().waitFor();
    await window.goTo(4, 18);
    const hover = window.page.locator('.monaco-hover:visible', {hasText: 'wait equally long'}).first();
    await window.summon(['Control+K', 'Control+I'], hover);
    await session.picture('hover-in-browser');
    await window.page.keyboard.press('Escape');
  });

  it('writes a baseline', async () => {
    const window = await session.open('base.retry.json', BASE);
    await window.squiggles('warning').first().waitFor();
    await window.goTo(4, 18);
    await (await window.quickFix('Accept RL203 in the baseline')).click();
    await window.squiggles('warning').first().waitFor({state: 'detached'});
    expect(await session.saved('.retry-lint-baseline.json', text => text.includes('RL203'))).to.contain(
      'base.retry.json',
    );
  });
});
