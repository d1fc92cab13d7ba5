/** The playground: completion, hovers, and scenarios that the user writes. */
import {join} from 'node:path';
import {expect} from 'chai';
import {inBrowser} from './in-browser.ts';
import {fragmentOf, PlaygroundPage} from './playground-page.ts';

const linked = (text: string, format = 'json', more: object = {}): string =>
  fragmentOf({
    version: 1,
    policies: [{name: 'linked', format, text}],
    active: 0,
    scenario: 'steady',
    compared: ['linked'],
    ...more,
  });

describe('the playground, in use', () => {
  const site = inBrowser();
  let playground: PlaygroundPage | undefined;

  afterEach(async () => {
    await playground?.close();
    playground = undefined;
  });

  const open = async (fragment = '', width = 1280): Promise<PlaygroundPage> => {
    playground = await PlaygroundPage.open(site.browser, site.origin, fragment, width);
    return playground;
  };
  const options = (): ReturnType<PlaygroundPage['page']['locator']> =>
    playground!.page.locator('.cm-tooltip-autocomplete li');
  /** Asks until the code that completes is there: it is loaded when the editor is first used. */
  const askForCompletions = async (): Promise<void> => {
    for (let tries = 0; tries < 60 && (await options().count()) === 0; tries++) {
      await playground!.page.keyboard.press('Control+Space');
      await playground!.page.waitForTimeout(500);
    }
  };

  it('loads the code of completion and hovers only when the editor is used', async () => {
    const {page, requested} = await open();
    expect(requested.join()).to.not.contain('/assist-');
    await Promise.all([page.waitForRequest(/\/assist-\w+\.js$/), page.locator('#editor .cm-content').hover()]);
  });

  it('completes a field, with a value to fill in', async () => {
    const {page} = await open(linked('{\n  \n}\n'));
    await page.locator('#editor .cm-line').nth(1).click();
    await askForCompletions();
    await page.keyboard.type('"maxA');
    await options().filter({hasText: 'maxAttempts'}).click();
    expect(await playground!.text).to.equal('{\n  "maxAttempts": 3\n}\n');
    // The value is selected, so that typing replaces it.
    await page.keyboard.type('4');
    expect(await playground!.text).to.contain('"maxAttempts": 4\n');
  });

  it('completes the values of a field, with what they mean', async () => {
    const {page} = await open(linked('backoff:\n  jitter: \n', 'yaml'));
    await page.locator('#editor .cm-line').nth(1).click();
    await page.keyboard.press('End');
    await askForCompletions();
    expect(await page.locator('.cm-completionLabel').allTextContents()).to.include.members(['full', 'none']);
    // The default has no text of its own.
    await page.keyboard.press('ArrowDown');
    await page.locator('.cm-completionInfo .card').waitFor();
    await options().filter({hasText: 'decorrelated'}).click();
    expect(await playground!.text).to.equal('backoff:\n  jitter: decorrelated\n');
  });

  it('explains a field and the attempts of a call in a hover', async () => {
    const {page} = await open(linked('{\n  "maxAttempts": 4\n}\n'));
    const card = page.locator('.cm-tooltip-hover .card');
    const [number, editor] = [page.locator('#editor .cm-line').nth(1), page.locator('#editor')];
    await editor.hover();
    for (let tries = 0; tries < 40 && (await card.count()) === 0; tries++) {
      await page.mouse.move(5, 5);
      await number.getByText('4', {exact: true}).hover();
      await page.waitForTimeout(800);
    }
    if (process.env.SCREENSHOTS !== undefined)
      await page.screenshot({path: join(process.env.SCREENSHOTS, 'assist-hover.png')});
    expect(await card.first().textContent())
      .to.contain('maxAttempts: ')
      .and.contain('Attempts of a call by the policy');
    expect(await card.first().locator('table').first().locator('tbody tr').count()).to.equal(4);
  });

  it('explains a finding in a hover, with the reasons of its rule', async () => {
    const {page, requested} = await open(linked('{\n  "backoff": {"jitter": "none"}\n}\n'));
    const card = page.locator('.cm-tooltip-hover .card');
    await page.locator('.cm-lintRange').first().waitFor();
    expect(requested.join()).to.not.contain('/rule-texts-');
    for (let tries = 0; tries < 40 && (await card.count()) === 0; tries++) {
      await page.mouse.move(5, 5);
      await page.locator('.cm-lintRange').first().hover();
      await page.waitForTimeout(800);
    }
    expect(await card.first().textContent())
      .to.contain('RL203')
      .and.contain('Without jitter, clients that failed at the same time');
    expect(requested.join()).to.contain('/rule-texts-');
  });

  it('shows markup in the texts of a policy as text', async () => {
    const path = '/<img src=x onerror=alert(1)>[a](javascript:alert(1))';
    const text = JSON.stringify({routes: [{match: {path}, maxAttempts: 5}]}, null, 2);
    const {page} = await open(linked(text));
    const card = page.locator('.cm-tooltip-hover .card');
    for (let tries = 0; tries < 40 && (await card.count()) === 0; tries++) {
      await page.mouse.move(5, 5);
      await page.locator('#editor .cm-line', {hasText: 'maxAttempts'}).getByText('5', {exact: true}).hover();
      await page.waitForTimeout(800);
    }
    expect(await card.first().textContent()).to.contain('<img src=x');
    expect(await card.locator('img').count()).to.equal(0);
    expect(await card.locator('a[href^="javascript"]').count()).to.equal(0);
  });

  it('simulates a scenario of the user’s own, which a link restores', async () => {
    const {page} = await open();
    await page.selectOption('#scenario', 'steady');
    expect(await page.isVisible('#own-scenario')).to.equal(false);
    await page.selectOption('#scenario', 'my scenario');
    const own = page.locator('#scenario-editor .cm-content');
    expect(await own.textContent()).to.contain('"durationMs"');
    await own.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(
      '{"durationMs": 4000, "traffic": {"perSecond": 50}, "service": {"latencyMs": {"kind": "fixed", "ms": 30}}}',
    );
    await playground!.simulate();
    expect(await page.textContent('#status')).to.equal('');
    expect(await page.locator('#results > p').first().textContent()).to.match(/^\d+ calls in 4 s/);
    await page.click('#share');
    await page.locator('#notice:has-text("link")').waitFor();
    const {hash} = new URL(page.url());
    await playground!.close();
    await open(hash);
    expect(await playground!.page.inputValue('#scenario')).to.equal('my scenario');
    expect(await playground!.page.textContent('#scenario-editor .cm-content')).to.contain('"perSecond": 50');
  });

  it('says what is wrong with a scenario', async () => {
    for (const [text, message] of [
      ['{"durationMs": 0}', /^The scenario has 3 problems:.*durationMs/s],
      ['{"durationMs": ', /^The scenario cannot be read: /],
    ] as const) {
      const {page} = await open(linked('{}', 'json', {scenario: 'my scenario', ownScenario: text}));
      await page.click('#simulate');
      await page.locator('#status:has-text("The scenario")').waitFor();
      expect(await page.textContent('#status')).to.match(message);
      await playground!.close();
      playground = undefined;
    }
  });

  it('shows the findings of a text whose lines end as on Windows', async () => {
    const {page} = await open(linked('{\r\n  "backoff": {"jitter": "none"}\r\n}\r\n'));
    await playground!.finding('RL203').waitFor();
    expect(await page.locator('.cm-lintRange-error').textContent()).to.equal('"jitter"');
  });

  for (const [name, width, theme] of [
    ['light', 1280, 'light'],
    ['dark', 1280, 'dark'],
    ['narrow', 400, 'light'],
  ] as const)
    it(`fits its window with a scenario and completions: ${name}`, async () => {
      const {page} = await open(
        linked('{\n  "maxAttempts": 4,\n  \n}\n', 'json', {scenario: 'my scenario', ownScenario: '{}'}),
        width,
      );
      await page.emulateMedia({colorScheme: theme});
      await page.locator('#editor .cm-line').nth(2).click();
      await askForCompletions();
      const scrolled = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(scrolled).to.equal(0);
      if (process.env.SCREENSHOTS !== undefined)
        await page.screenshot({path: join(process.env.SCREENSHOTS, `assist-${name}.png`)});
    });
});
