/** The extension where there is no Node: in the browser, with the server in a web worker and a copy of the workspace. */
import {expect} from 'chai';
import {Session} from './session.ts';

const BASE = '{\n  "version": 1,\n  "maxAttempts": 3,\n  "backoff": {"jitter": "none"}\n}\n';
const EXTENDING = '{\n  "version": 1,\n  "extends": ["./base.retry.json"]\n}\n';

describe('retry-lint in a browser', () => {
  const session = new Session({
    files: {
      'base.retry.json': BASE,
      'extending.retry.json': EXTENDING,
      '.retry-lintrc.json': '{"rules": {"RL203": "warning"}, "plugins": ["./rules.js"]}\n',
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
