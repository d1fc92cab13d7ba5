/** The playground finds what the command line finds: every example of every rule, by both. */
import {expect} from 'chai';
import type {Browser} from 'playwright-core';
import {rules} from '../../lint/rules/index.ts';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {Desk} from '../lint/cli/desk.ts';
import {files, SiteServer} from './built.ts';

const TODAY = '2026-11-24';

/** Policies in one file: the playground has no other. */
const fixtures = rules.flatMap(rule => {
  const {bad, good} = rule.documentation();
  return [...bad, ...good]
    .filter(({files}) => files === undefined)
    .map(({path = 'policy.jsonc', text}, index) => ({path: `${rule.code}-${index}/${path}`, text}));
});

describe('the findings of the playground', () => {
  const server = new SiteServer();
  let browser: Browser | undefined;

  before(async function () {
    browser = await launchChromium();
    if (browser !== undefined) return;
    console.log('      skipped: no chromium');
    this.skip();
  });
  after(async () => {
    await browser?.close();
    server.close();
  });

  it('are those of the command line', async () => {
    const desk = new Desk(Object.fromEntries(fixtures.map(({path, text}) => [path, text])));
    desk.today = () => TODAY;
    const {out} = await desk.run('--format', 'json', ...fixtures.map(({path}) => path));
    const expected = JSON.parse(out) as {findings: {path: string}[]; suppressed: {path: string}[]};

    const page = await browser!.newPage();
    await page.goto(`${await server.listen()}/playground/index.html`);
    const worker = files.find(file => /^playground\/lint-worker-\w+\.js$/.test(file))!;
    const reports = await page.evaluate(
      async ({url, jobs}) => {
        const worker = new Worker(url, {type: 'module'});
        const replies = new Map<number, unknown>();
        const done = new Promise<void>(resolve =>
          worker.addEventListener('message', ({data}) => {
            replies.set(data.id, data.result);
            if (replies.size === jobs.length) resolve();
          }),
        );
        for (const [id, job] of jobs.entries()) worker.postMessage({id, job});
        await done;
        return JSON.stringify(jobs.map((_, id) => replies.get(id)));
      },
      {url: `/${worker}`, jobs: fixtures.map(fixture => ({...fixture, today: TODAY}))},
    );
    const found = JSON.parse(reports) as {
      findings: object[];
      suppressed: {finding: object; by: string; reason?: string}[];
    }[];
    const plain = (finding: object) => ({docs: null, fix: null, ...finding});
    const byPath = (list: readonly {path: string}[]) => Object.groupBy(list, ({path}) => path);

    const fromCommand = byPath(expected.findings);
    const suppressedByCommand = byPath(expected.suppressed);
    for (const [index, {path}] of fixtures.entries()) {
      const {findings, suppressed} = found[index]!;
      expect(findings.map(plain), path).to.deep.equal(fromCommand[path] ?? []);
      const flat = suppressed.map(({finding, by, reason}) => ({
        ...plain(finding),
        suppressedBy: by,
        reason: reason ?? null,
      }));
      expect(flat, path).to.deep.equal(suppressedByCommand[path] ?? []);
    }
    expect(expected.findings).to.have.length.above(200);
  });
});
