/** The extension in a real VS Code, as its users see it. */
import {expect} from 'chai';
import {Session} from './session.ts';

const POLICY = `{
  "version": 1,
  "name": "orders",
  "maxAttempts": 3,
  "attemptTimeoutMs": 2500,
  "deadlineMs": 10000,
  "backoff": {"kind": "exponential", "baseMs": 250, "jitter": "none"},
  "retryAfter": {"maxMs": 3000},
  "budget": {"kind": "ratio", "ratio": 0.2}
}
`;

const MISSPELT = '{\n  "version": 1,\n  "maxAttemps": 2\n}\n';

const UNFINISHED = 'version: 1\nmaxAttempts: 3\nattemptTimeoutMs: 2000\ndeadlineMs: \n';

const MISTYPED = POLICY.replace('"maxAttempts": 3', '"maxAttempts": "three"').replace('"none"', '"full"');

const YAML = `version: 1
maxAttempts: 3
backof:
  jitter: none
`;

describe('retry-lint in VS Code', () => {
  const session = new Session({
    files: {
      'orders.retry.json': POLICY,
      'nightly.retry.yaml': YAML,
      'mistyped.retry.json': MISTYPED,
      'misspelt.retry.json': MISSPELT,
      'unfinished.retry.yaml': UNFINISHED,
      'payments.retry.json': POLICY,
      'package.json': '{}\n',
    },
    settings: {'editor.codeActionsOnSave': {'source.fixAll.retry-lint': 'explicit'}},
  });

  before(function () {
    return session.start(this);
  });
  beforeEach(() => session.ready());
  afterEach(function () {
    return session.rest(this);
  });
  after(() => session.end());

  it('underlines the key that causes a finding, and no more', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    const squiggle = window.squiggles('error').first();
    await squiggle.waitFor();
    const [box, key] = [await squiggle.boundingBox(), await window.rectangleOf('"jitter"')];
    expect(box!.x).to.be.closeTo(key.left, 3);
    expect(box!.x + box!.width).to.be.closeTo(key.right, 3);
  });

  it('lists findings with links from their codes, also those of files that are not open', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    const row = (await window.problems('orders.retry.json')).filter({hasText: 'Retries come in bursts'});
    await row.waitFor();
    expect(await row.textContent()).to.match(/RL203[\s\S]*\[Ln 7, Col 53\]/);
    expect(await row.locator('a.monaco-link').getAttribute('href')).to.match(/\/docs\/rules\/RL203\.md$/);
    await session.picture('problems');
    await (await window.problems('nightly.retry.yaml')).filter({hasText: 'RL004'}).waitFor();
  });

  it('leaves to VS Code what the schema says', async () => {
    const window = await session.open('mistyped.retry.json', MISTYPED);
    const rows = (await window.problems('mistyped.retry.json')).filter({hasText: '[Ln 4, Col'});
    await rows.filter({hasText: 'Must be a whole number'}).waitFor();
    await window.command('retry-lint: Lint the Workspace');
    await window.page.locator('.notifications-toasts', {hasText: / findings? in \d+ policies/}).waitFor();
    expect((await rows.allInnerTexts()).filter(text => /RL00[1-5]/.test(text))).to.deep.equal([]);
    await window.command('Notifications: Clear All Notifications');
  });

  it('applies a quick fix, which is saved', async () => {
    const window = await session.open('payments.retry.json', POLICY);
    await window.squiggles('error').first().waitFor();
    await window.goTo(7, 56);
    const menu = window.page.locator('.action-widget');
    const fix = await window.quickFix('Set jitter to "full" (unsafe)');
    const titles = await menu.locator('.monaco-list-row').allInnerTexts();
    expect(titles.join('\n')).to.match(/Suppress RL203 here[\s\S]*Accept RL203 in the baseline/);
    await session.picture('quick-fix');
    await fix.click();
    await window.squiggles('error').first().waitFor({state: 'detached'});
    await window.save();
    const text = await session.saved('payments.retry.json', each => each.includes('"jitter": "full"'));
    expect(text).to.contain('"jitter": "full"');
  });

  it('applies the safe fixes at a save', async () => {
    const window = await session.open('misspelt.retry.json', MISSPELT);
    await (await window.problems('misspelt.retry.json')).first().waitFor();
    await window.goTo(1, 2);
    await window.page.keyboard.insertText(' ');
    await window.save();
    expect(await session.saved('misspelt.retry.json', text => text.includes('maxAttempts'))).to.contain(
      '"maxAttempts": 2',
    );
  });

  it('shows the attempts of a call in the hover of a number', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    await window.squiggles('error').first().waitFor();
    await window.goTo(4, 19);
    const hover = window.page.locator('.monaco-hover:visible', {hasText: 'Attempts of a call'}).first();
    await window.summon(['Control+K', 'Control+I'], hover);
    await session.picture('hover');
    await window.page.keyboard.press('Escape');
  });

  it('shows the longest duration and the most requests of a call', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    const lens = window.page.locator('.codelens-decoration').first();
    await lens.filter({hasText: /worst case [\d.]+ s · amplification 3×/}).waitFor();
  });

  it('completes a deadline that fits the attempts', async () => {
    const window = await session.open('unfinished.retry.yaml', UNFINISHED);
    await (await window.problems('unfinished.retry.yaml')).first().waitFor();
    await window.goTo(4, 13);
    const list = window.page.locator('.suggest-widget.visible');
    await window.summon(
      ['Control+Space'],
      list.locator('.monaco-list-row', {hasText: 'fits 3 attempts and the waits'}),
    );
    await window.page.keyboard.press('Enter');
    await window.save();
    expect(await session.saved('unfinished.retry.yaml', text => /deadlineMs: \d/.test(text))).to.match(
      /deadlineMs: \d/,
    );
  });

  it('checks YAML, of which VS Code knows no schema', async () => {
    const window = await session.open('nightly.retry.yaml', YAML);
    await (await window.problems('nightly.retry.yaml')).filter({hasText: 'RL004'}).waitFor();
    await window.goTo(3, 3);
    await (await window.quickFix('Rename it to backoff')).click();
    await window.save();
    expect(await session.saved('nightly.retry.yaml', text => text.includes('backoff:'))).to.contain('backoff:');
  });

  it('explains a rule with the numbers of the policy', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    await window.squiggles('error').first().waitFor();
    await window.goTo(7, 56);
    await window.command('retry-lint: Explain a Rule');
    await window.webview().locator('body', {hasText: 'no-synchronized-retries'}).waitFor();
    await session.picture('explain');
    await window.command('View: Close All Editors');
  });

  it('simulates the policy with the steadfetch of the project', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    const lens = window.page.locator('.codelens-decoration a', {hasText: 'simulate'}).first();
    await lens.click();
    const page = window.webview().locator('body', {hasText: 'no policy'});
    await page.waitFor();
    expect(await page.locator('svg').count()).to.be.above(0);
    await session.picture('simulation');
    await window.command('View: Close All Editors');
  });

  it('counts the findings in the status bar', async () => {
    const window = await session.open('orders.retry.json', POLICY);
    await window.page.locator('.statusbar-item', {hasText: /retry-lint\s*1/}).waitFor();
  });

  it('writes a policy to start with, which has no finding', async () => {
    const {window} = session;
    await window.command('retry-lint: Write a Policy to Start With');
    await window.page.locator('.tab.active[data-resource-name="retry-policy.jsonc"]').waitFor();
    await window.page
      .locator('.statusbar-item', {has: window.page.locator('.codicon-check')})
      .filter({hasText: 'retry-lint'})
      .waitFor();
  });
});
