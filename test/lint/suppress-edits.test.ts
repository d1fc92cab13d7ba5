/** Suppressions that the linter writes. */

import {expect} from 'chai';
import fc from 'fast-check';
import {policiesAt} from '../../lint/dialects/policies-at.ts';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {type SuppressRequest, suppress} from '../../lint/editor/suppress.ts';
import {lintText} from '../../lint/lint.ts';
import {gateway} from './dialects/gateway.ts';

type Options = Partial<Pick<SuppressRequest, 'reason' | 'until' | 'where'>>;

const config = {dialects: [gateway], rules: {}};

/** The text with the first finding of a rule suppressed. */
async function suppressed(
  text: string,
  path: string,
  code: string,
  options: Options = {},
): Promise<string | undefined> {
  const files = {[path]: text};
  const {findings} = await lintText({path, files, config});
  const finding = findings.find(each => each.code === code)!;
  const change = await suppress({path, files, config, finding, reason: 'one client', ...options});
  return change && applyEdits(text, change.edits);
}

const none = '"backoff": {"jitter": "none"}';

describe('a suppression that is written', () => {
  const cases: [title: string, path: string, before: string, options: Options, after: string | undefined][] = [
    [
      'is a comment above the line, as deep as the line',
      'p.jsonc',
      `{\n  "backoff": {\n    "jitter": "none"\n  }\n}`,
      {},
      `{\n  "backoff": {\n    // retry-lint-disable-next-line RL203 -- one client\n    "jitter": "none"\n  }\n}`,
    ],
    [
      'says until when',
      'p.jsonc',
      `{\n${none}\n}`,
      {until: '2030-01-01'},
      `{\n// retry-lint-disable-next-line RL203 -- one client until 2030-01-01\n${none}\n}`,
    ],
    [
      'keeps the line ends, and a byte order mark first',
      'p.jsonc',
      `\uFEFF{${none}}\r\n`,
      {},
      `\uFEFF// retry-lint-disable-next-line RL203 -- one client\r\n{${none}}\r\n`,
    ],
    [
      'is for the file at its top',
      'p.jsonc',
      `{\n  ${none}\n}`,
      {where: 'file'},
      `// retry-lint-disable RL203 -- one client\n{\n  ${none}\n}`,
    ],
    [
      'has its reason on one line',
      'p.jsonc',
      `{\n${none}\n}`,
      {reason: ' one\n  client '},
      `{\n// retry-lint-disable-next-line RL203 -- one client\n${none}\n}`,
    ],
    [
      'is a comment of YAML',
      'p.yaml',
      'routes:\n  - backoff: {jitter: none}\n    match: {path: /a}\n',
      {},
      'routes:\n  # retry-lint-disable-next-line RL203 -- one client\n  - backoff: {jitter: none}\n    match: {path: /a}\n',
    ],
    [
      'is a comment in JSON that has comments',
      'p.json',
      `{\n  // Why.\n  ${none}\n}`,
      {},
      `{\n  // Why.\n  // retry-lint-disable-next-line RL203 -- one client\n  ${none}\n}`,
    ],
    [
      'is in the policy where JSON has no comments',
      'p.json',
      `{\n  ${none}\n}\n`,
      {until: '2030-01-01'},
      `{\n  ${none},\n  "x-retry-lint": {"disable": [{"rule": "RL203", "at": "backoff.jitter", "reason": "one client", "until": "2030-01-01"}]}\n}\n`,
    ],
    [
      'is for the whole policy where JSON has no comments',
      'p.json',
      `{${none}}`,
      {where: 'file'},
      `{${none}, "x-retry-lint": {"disable": [{"rule": "RL203", "reason": "one client"}]}}`,
    ],
    [
      'names a route by what it matches',
      'p.json',
      `{"routes": [{"match": {"path": "/a"}, ${none}}]}`,
      {},
      `{"routes": [{"match": {"path": "/a"}, ${none}}], "x-retry-lint": {"disable": [{"rule": "RL203", "at": "routes[* /a].backoff.jitter", "reason": "one client"}]}}`,
    ],
    [
      'stands behind those that are there',
      'p.json',
      `{\n  ${none},\n  "x-retry-lint": {\n    "disable": [\n      {"rule": "RL301", "reason": "x"}\n    ]\n  }\n}`,
      {},
      `{\n  ${none},\n  "x-retry-lint": {\n    "disable": [\n      {"rule": "RL301", "reason": "x"},\n      {"rule": "RL203", "at": "backoff.jitter", "reason": "one client"}\n    ]\n  }\n}`,
    ],
    ['is not put behind a text that goes on', 'p.yaml', '{name: "a\n  b", backoff: {jitter: none}}\n', {}, undefined],
  ];
  for (const [title, path, before, options, after] of cases) {
    it(title, async () => {
      expect(await suppressed(before, path, 'RL203', options)).to.equal(after);
      if (after === undefined) return;
      const {findings} = await lintText({path, files: {[path]: after}, config: {rules: {RL605: 'off'}}});
      expect(findings.map(({code}) => code)).to.deep.equal([]);
    });
  }

  it('is in the policy where the policy is in another file', async () => {
    const dialects = [policiesAt(['/retryPolicy'])];
    const text = `{\n  "name": "shop",\n  "retryPolicy": {\n    ${none}\n  }\n}`;
    const request = {path: 'package.json', files: {'package.json': text}, config: {dialects}};
    const [finding] = (await lintText(request)).findings;
    const change = await suppress({...request, finding: finding!, reason: 'one client'});
    const after = applyEdits(text, change!.edits);
    expect(JSON.parse(after).retryPolicy['x-retry-lint']).to.deep.equal({
      disable: [{rule: 'RL203', at: 'backoff.jitter', reason: 'one client'}],
    });
    const {findings, suppressed: held} = await lintText({...request, files: {'package.json': after}});
    expect([findings.length, held.length]).to.deep.equal([0, 1]);
  });

  it('is not written for what no suppression can hold', async () => {
    expect(await suppressed('{"a": 1', 'p.jsonc', 'RL001')).to.equal(undefined);
  });

  it('is not written into JSON of a dialect whose runtime refuses unknown keys', async () => {
    const text = '{"kind": "Gateway", "routes": [{"timout": "2s"}]}';
    expect(await suppressed(text, 'p.json', 'RL004')).to.equal(undefined);
    expect(await suppressed(text, 'p.jsonc', 'RL004')).to.equal(
      `// retry-lint-disable-next-line RL004 -- one client\n${text}`,
    );
  });

  it('holds, and suppresses nothing else, whatever the finding', async () => {
    const slow = {backoff: {jitter: 'none'}, budget: null};
    const route = fc.record({
      match: fc.record({path: fc.constantFrom('/a', '/b')}),
      backoff: fc.constant({jitter: 'none'}),
    });
    const policy = fc.record({deadlineMs: fc.constant(null), routes: fc.array(route, {maxLength: 3})});
    const layout = fc.constantFrom(0, 2);
    const name = fc.constantFrom('p.json', 'p.jsonc', 'p.yaml');
    await fc.assert(
      fc.asyncProperty(policy, layout, name, fc.nat(), async (value, indent, path, pick) => {
        const text = JSON.stringify({...slow, ...value}, null, indent);
        const {findings} = await lintText({path, files: {[path]: text}});
        const finding = findings[pick % findings.length]!;
        const change = await suppress({path, files: {[path]: text}, finding, reason: 'x'});
        if (change === undefined) return;
        const after = applyEdits(text, change.edits);
        const report = await lintText({path, files: {[path]: after}});
        expect(report.suppressed.map(each => each.finding.code)).to.include(finding.code);
        if (path === 'p.json')
          expect(report.suppressed.map(each => each.finding.pointer)).to.deep.equal([finding.pointer]);
        const left = findings.filter(each => each.code !== finding.code).map(({code}) => code);
        expect(report.findings.map(({code}) => code).filter(code => code !== finding.code)).to.deep.equal(left);
      }),
      {numRuns: 100},
    );
  });
});
