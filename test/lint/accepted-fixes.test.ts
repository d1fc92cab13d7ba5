/** Fixes beside accepted findings: what the author decided to keep stays, with its reason. */
import {expect} from 'chai';
import type {Config} from '../../lint/config.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';

const allFixes = async (text: string, path: string, config: Config = {}) =>
  fixText({path, files: {[path]: text}, config}, {unsafe: true});

const reason = 'retry-lint-disable-line RL102 -- the replica lags, INC-7';
const next = 'retry-lint-disable-next-line RL102 -- the replica lags, INC-7';

/** Lists without 429, with an accepted 404: RL408 has 429 added, and RL102 would have 404 removed. */
const lists: readonly [title: string, path: string, before: string, after: string][] = [
  [
    'a YAML block',
    'p.yaml',
    `retryOn:\n  - 500 # INC-1\n  - network\n  - timeout\n  - 404 # ${reason}\n`,
    `retryOn:\n  - 429\n  - 500 # INC-1\n  - network\n  - timeout\n  - 404 # ${reason}\n`,
  ],
  [
    'a YAML block that begins with the accepted entry',
    'p.yaml',
    `retryOn:\n  # ${next}\n  - 404\n  - network\n  - timeout\n  - 500 # INC-1\n`,
    `retryOn:\n  - 429\n  # ${next}\n  - 404\n  - network\n  - timeout\n  - 500 # INC-1\n`,
  ],
  [
    'a YAML list in brackets',
    'p.yaml',
    `retryOn: [\n  500, network, timeout, # INC-1\n  404, # ${reason}\n]\n`,
    `retryOn: [\n  429, 500, network, timeout, # INC-1\n  404, # ${reason}\n]\n`,
  ],
  [
    'JSON with comments',
    'p.jsonc',
    `{\n  "retryOn": [\n    500, "network", "timeout", // INC-1\n    404 // ${reason}\n  ]\n}\n`,
    `{\n  "retryOn": [\n    429, 500, "network", "timeout", // INC-1\n    404 // ${reason}\n  ]\n}\n`,
  ],
  [
    'JSON with comments on lines of their own',
    'p.jsonc',
    `{\n  "retryOn": [\n    // ${next}\n    404, "network", "timeout",\n    500 // INC-1\n  ]\n}\n`,
    `{\n  "retryOn": [\n    // ${next}\n    429, 404, "network", "timeout",\n    500 // INC-1\n  ]\n}\n`,
  ],
];

describe('an unsafe fix beside an accepted finding', () => {
  for (const [title, path, before, after] of lists) {
    it(`adds an entry to ${title}, and keeps the accepted entry and all comments`, async () => {
      const {text, report} = await allFixes(before, path);
      expect(text).to.equal(after);
      expect(report.suppressed.map(({finding}) => finding.code)).to.deep.equal(['RL102']);
      expect((await allFixes(text, path)).text).to.equal(text);
    });
  }

  it('leaves an accepted finding accepted, where a fix would change its numbers', async () => {
    const policy = '{"maxAttempts": 20, "attemptTimeoutMs": 10000, "deadlineMs": 20000}';
    const {findings} = await lintText({path: 'p.json', files: {'p.json': policy}});
    const baseline = findings.filter(({code}) => code === 'RL303').map(({acceptance}) => acceptance);
    expect(baseline).to.have.length(1);
    const {text, report} = await allFixes(policy, 'p.json', {baseline});
    expect(text).to.equal(policy);
    expect(report.findings.map(({code}) => code))
      .to.include('RL201')
      .and.not.to.include('RL303');
  });

  it('is not applied where an accepted finding would be open after it, and is not offered again', async () => {
    const text =
      '{\n  "retryOn": [500, 404, "network", "timeout"],\n  "x-retry-lint": {"disable": [{"rule": "RL102", "at": "retryOn[1]", "reason": "the replica lags"}]}\n}\n';
    const result = await allFixes(text, 'p.json');
    expect(result.text).to.equal(text);
    expect(result.fixed).to.deep.equal([]);
    expect(result.report.suppressed.map(({finding}) => finding.code)).to.deep.equal(['RL102']);
    const open = result.report.findings.filter(({code}) => code === 'RL408');
    expect(open).to.have.length(1);
    for (const {fix} of open) expect(fix).to.equal(undefined);
  });

  const order9 = 'retry-lint-disable-next-line RL102 -- their 400 is transient, ticket 9';
  for (const [title, path, text] of [
    [
      'by its comment',
      'p.jsonc',
      `{\n  "retryOn": [\n    "5xx",\n    "timeout",\n    // ${order9}\n    400,\n    "4xx",\n    "network"\n  ]\n}\n`,
    ],
    [
      'by its comment in YAML',
      'p.yaml',
      `retryOn:\n  - 5xx\n  - timeout\n  # ${order9}\n  - 400\n  - 4xx\n  - network\n`,
    ],
    [
      'by its index',
      'p.json',
      '{"retryOn": [429, "timeout", "network", 503, 404, 404, 401], "x-retry-lint": {"disable": [{"rule": "RL102", "at": "retryOn[5]", "reason": "INC-7"}]}}',
    ],
  ] as const)
    it(`removes no entry where an open finding would be accepted in place of it, ${title}`, async () => {
      const open = async (policy: string): Promise<string[]> => {
        const {findings} = await lintText({path, files: {[path]: policy}});
        return findings.filter(({code}) => code === 'RL102').map(({message}) => message);
      };
      const {text: after} = await fixText({path, files: {[path]: text}});
      expect(await open(after)).to.deep.equal(await open(text)).and.not.empty;
    });

  it('is not applied where the accepted value would be open at another place', async () => {
    const text = `idempotentMethods:\n  - GET\n  - PSOT\n  # retry-lint-disable-next-line RL104 -- SEC-12\n  - POST\n`;
    expect((await allFixes(text, 'p.yaml')).text).to.equal(text);
  });

  it('leaves an entry that a baseline accepts', async () => {
    const text = '{"retryOn": [500, 404]}';
    const {findings} = await lintText({path: 'p.json', files: {'p.json': text}});
    const baseline = findings.filter(({code}) => code === 'RL102').map(({acceptance}) => acceptance);
    expect(baseline).to.have.length(1);
    expect((await allFixes(text, 'p.json', {baseline})).text).to.contain('404');
  });

  it('does not keep the fixes of other findings from being applied', async () => {
    const text =
      '{\n  "retryOn": [500, 404, "network", "timeout"],\n  "backoff": {"jiter": "full"},\n  "maxAttempts": 50,\n  "x-retry-lint": {"disable": [{"rule": "RL102", "at": "retryOn[1]", "reason": "the replica lags"}]}\n}\n';
    const {text: after, report} = await allFixes(text, 'p.json');
    expect(after)
      .to.contain('"retryOn": [500, 404, "network", "timeout"]')
      .and.to.contain('"jitter"')
      .and.not.to.contain('50,\n  "x-retry');
    expect(report.suppressed).to.have.length(1);
  });
});

describe('a suppression that names a rule which this run does not have', () => {
  for (const names of ['ACME101, RL203', 'RL203 ACME101', 'ACME101']) {
    it(`stays: ${names}`, async () => {
      const text = `// retry-lint-disable ${names} -- this one is anonymous on purpose, INC-9\n{"maxAttempts": 2}\n`;
      expect((await allFixes(text, 'p.jsonc')).text).to.equal(text);
    });
  }

  it('is removed where every name is a rule of this run', async () => {
    const text = '// retry-lint-disable RL203, no-synchronized-retries -- x\n{"maxAttempts": 2}\n';
    expect((await allFixes(text, 'p.jsonc')).text).to.equal('{"maxAttempts": 2}\n');
  });
});

describe('a byte order mark', () => {
  const mark = '\uFEFF';
  const cases: readonly [path: string, before: string, after: string][] = [
    ['p.jsonc', '// retry-lint-disable RL203 -- x\n{"maxAttempts": 2}\n', '{"maxAttempts": 2}\n'],
    ['p.jsonc', '/* retry-lint-disable RL203 -- x */ {"maxAttempts": 2}\n', ' {"maxAttempts": 2}\n'],
    ['p.yaml', '# retry-lint-disable RL203 -- x\nmaxAttempts: 2\n', 'maxAttempts: 2\n'],
  ];
  for (const [path, before, after] of cases) {
    it(`stays when the comment behind it is removed: ${JSON.stringify(before)}`, async () =>
      expect((await allFixes(mark + before, path)).text).to.equal(mark + after));
  }
});
