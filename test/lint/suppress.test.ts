/** Accepted findings: suppressions and baselines. */
import {expect} from 'chai';
import {baselineOf, pruneBaseline} from '../../lint/baseline.ts';
import type {Config} from '../../lint/config.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {readDirective} from '../../lint/suppress/directive.ts';

const path = 'policy.jsonc';
const lint = (text: string, config: Config = {}, as = path) => lintText({path: as, files: {[as]: text}, config});
const codes = async (text: string, config?: Config, as?: string): Promise<string[]> =>
  (await lint(text, config, as)).findings.map(({code}) => code);

describe('a suppression', () => {
  const directives: [comment: string, expected: ReturnType<typeof readDirective>][] = [
    ['retry-lint-disable RL203', {kind: 'file', rules: ['RL203'], reason: undefined, until: undefined}],
    [
      'retry-lint-disable-line RL203, RL101 -- why',
      {kind: 'line', rules: ['RL203', 'RL101'], reason: 'why', until: undefined},
    ],
    [
      'retry-lint-disable-next-line no-synchronized-retries -- a -- b until 2027-01-01',
      {kind: 'next-line', rules: ['no-synchronized-retries'], reason: 'a -- b', until: '2027-01-01'},
    ],
    [
      'retry-lint-disable RL203 -- until 2027-01-01',
      {kind: 'file', rules: ['RL203'], reason: undefined, until: '2027-01-01'},
    ],
    [
      'retry-lint-disable RL203 -- one client (until 2027-01-01), see TEAM-7',
      {kind: 'file', rules: ['RL203'], reason: 'one client (until 2027-01-01), see TEAM-7', until: '2027-01-01'},
    ],
    [
      'retry-lint-disable RL203 -- was until 2099-01-01, moved to until 2020-01-01',
      {kind: 'file', rules: ['RL203'], reason: 'was until 2099-01-01, moved to', until: '2020-01-01'},
    ],
    [
      'retry-lint-disable RL203 -- one client until 2027-01-01.',
      {kind: 'file', rules: ['RL203'], reason: 'one client', until: '2027-01-01'},
    ],
    ...[
      'Until 2025-01-01',
      'UNTIL 2025-01-01',
      'until: 2025-01-01',
      'until:2025-01-01',
      'till 2025-01-01',
      'Til: 2025-01-01',
    ].map((end): (typeof directives)[number] => [
      `retry-lint-disable RL203 -- one client ${end}`,
      {kind: 'file', rules: ['RL203'], reason: 'one client', until: '2025-01-01'},
    ]),
    [
      'retry-lint-disable RL203 -- accepted till fixed',
      {kind: 'file', rules: ['RL203'], reason: 'accepted till fixed', until: undefined},
    ],
    ['retry-lint-disable', {kind: 'file', rules: [], reason: undefined, until: undefined}],
    ['retry-lint-disable-everything RL203', undefined],
    ['retry-lint is a linter', undefined],
    ['see retry-lint-disable RL203', undefined],
  ];
  for (const [comment, expected] of directives) {
    it(`${expected === undefined ? 'is not' : 'is'} "${comment}"`, () =>
      expect(readDirective(comment)).to.deep.equal(expected));
  }

  const misspelt: [comment: string, near: string | undefined][] = [
    ['retry-lint-disable-nextline RL203', 'retry-lint-disable-next-line'],
    ['retry-lint-disabel RL203 -- x', 'retry-lint-disable'],
    ['retry-lint-disable-file RL203', 'retry-lint-disable'],
    ['retry-lint-disable-next-line: RL203', 'retry-lint-disable-next-line'],
    ['retry-lint disable-line RL203', 'retry-lint-disable-line'],
    ['retry-lint: ignore RL203', 'retry-lint-disable'],
    ['Retry-Lint-Disable RL203', 'retry-lint-disable'],
    ['retrylint_disable_line RL203', 'retry-lint-disable-line'],
    ['retry-disable-next-line RL203', 'retry-lint-disable-next-line'],
    ['retry-lint-enable RL203', undefined],
    ['retry-lint: suppress-everything-from-here-on-please RL203', undefined],
  ];
  for (const [comment, near] of misspelt) {
    it(`is not "${comment}", which is named`, async () => {
      const {findings} = await lint(`{\n  // ${comment}\n  "backoff": {"jitter": "none"}\n}`);
      expect(findings.map(({code}) => code)).to.deep.equal(['RL604', 'RL203']);
      const [{message, range}] = findings as [(typeof findings)[0]];
      expect(range.start).to.deep.equal({line: 2, column: 3});
      expect(message).to.match(/^This comment suppresses nothing: "[^"]+" is not a directive; /);
      expect(message).to.match(
        near === undefined ? /the directives are retry-lint-disable-next-line, / : / did you mean /,
      );
      if (near !== undefined) expect(message.endsWith(`did you mean ${near}?`), message).to.equal(true);
    });
  }

  for (const comment of [
    'retry-lint is a linter',
    'retry-lint: see the guide',
    'see retry-lint-disable RL203',
    'retries are for reads only',
    'retry-policy of the shop',
    'eslint-disable-next-line no-console',
    'disable-next-line RL203',
  ]) {
    it(`has nothing to do with "${comment}"`, async () =>
      expect(await codes(`{\n  // ${comment}\n  "name": "a"\n}`)).to.deep.equal([]));
  }

  it('in a block has fields that are known', async () => {
    const {findings} = await lint(
      '{"x-retry-lint": {"disabled": [], "disable": [{"rules": ["RL203"], "rule": "RL203", "reason": "x"}]}, "backoff": {"jitter": "none"}}',
    );
    expect(findings.map(({code, message, pointer}) => [code, pointer, message])).to.deep.equal([
      [
        'RL604',
        'x-retry-lint.disabled',
        '"disabled" is not a field of x-retry-lint, and is ignored; did you mean "disable"?',
      ],
      [
        'RL604',
        'x-retry-lint.disable[0].rules',
        '"rules" is not a field of a suppression, and is ignored; did you mean "rule"?',
      ],
    ]);
  });

  const quiet: [title: string, text: string, as?: string][] = [
    ['on the next line', '{\n  // retry-lint-disable-next-line RL203 -- x\n  "backoff": {"jitter": "none"}\n}'],
    [
      'on the next line with something on it',
      '{\n  // retry-lint-disable-next-line RL203 -- x\n\n  // a note\n  "backoff": {"jitter": "none"}\n}',
    ],
    ['on its own line', '{\n  "backoff": {"jitter": "none"} // retry-lint-disable-line RL203 -- x\n}'],
    ['in the whole file', '/* retry-lint-disable no-synchronized-retries -- x */\n{"backoff": {"jitter": "none"}}'],
    ['by its name, in any case', '{\n  "backoff": {"jitter": "none"} // retry-lint-disable-line rl203 -- x\n}'],
    ['in YAML', '# retry-lint-disable-next-line RL203 -- x\nbackoff: {jitter: none}\n', 'policy.yaml'],
    ['in a block', '{"backoff": {"jitter": "none"}, "x-retry-lint": {"disable": [{"rule": "RL203", "reason": "x"}]}}'],
    [
      'in a block, for one place',
      '{"backoff": {"jitter": "none"}, "x-retry-lint": {"disable": [{"rule": "RL203", "at": "backoff", "reason": "x"}]}}',
    ],
    [
      'in a block, for a route by what it matches',
      '{"routes": [{"match": {"path": "/a"}, "backoff": {"jitter": "none"}}], "x-retry-lint": {"disable": [{"rule": "RL203", "at": "routes[* /a]", "reason": "x"}]}}',
    ],
  ];
  for (const [title, text, as] of quiet) {
    it(`holds ${title}`, async () => {
      const {findings, suppressed} = await lint(text, {}, as);
      expect(findings.map(({code}) => code)).to.deep.equal([]);
      expect(suppressed.map(({finding, reason}) => [finding.code, reason])).to.deep.equal([['RL203', 'x']]);
    });
  }

  const loud: [title: string, text: string, expected: string[]][] = [
    [
      'two lines above',
      '{\n  // retry-lint-disable-next-line RL203 -- x\n  "name": "a",\n  "backoff": {"jitter": "none"}\n}',
      ['RL605', 'RL203'],
    ],
    [
      'for another rule',
      '{\n  // retry-lint-disable-next-line RL101 -- x\n  "backoff": {"jitter": "none"}\n}',
      ['RL605', 'RL203'],
    ],
    [
      'for another place',
      '{"backoff": {"jitter": "none"}, "x-retry-lint": {"disable": [{"rule": "RL203", "at": "hedge", "reason": "x"}]}}',
      ['RL203', 'RL605'],
    ],
    [
      'without a rule',
      '{\n  // retry-lint-disable-next-line -- x\n  "backoff": {"jitter": "none"}\n}',
      ['RL604', 'RL203'],
    ],
    [
      'for what a wrong value hides, and is kept for it',
      '{\n  // retry-lint-disable-next-line RL203 -- x\n  "backoff": {"jitter": "noen"}\n}',
      ['RL003'],
    ],
    ['for what cannot be read', '/* retry-lint-disable RL001 -- x */ {', ['RL001']],
    ['for its own flaws', '/* retry-lint-disable RL604 */ {}', ['RL604', 'RL605']],
  ];
  for (const [title, text, expected] of loud) {
    it(`does not hold ${title}`, async () => expect((await codes(text)).sort()).to.deep.equal([...expected].sort()));
  }

  it('is neither reported as unused nor removed if a syntax error kept the rules from running', async () => {
    const text =
      '{\n  "maxAttempts": 3\n  // retry-lint-disable-next-line RL203 -- a single client\n  "backoff": {"jitter": "none"}\n}';
    expect(await codes(text)).to.deep.equal(['RL001']);
    const mended = await fixText({path: 'p.jsonc', files: {'p.jsonc': text}});
    expect(mended.text).to.equal(text.replace('3\n', '3,\n'));
  });

  it('applies through its last day, and not after it', async () => {
    const text = '{\n  // retry-lint-disable-next-line RL203 -- x until 2027-01-01\n  "backoff": {"jitter": "none"}\n}';
    expect(await codes(text, {today: '2027-01-01'})).to.deep.equal([]);
    const {findings} = await lint(text, {today: '2027-01-02'});
    expect(findings.map(({code, message}) => `${code} ${message}`)).to.deep.equal([
      'RL604 This suppression ended on 2027-01-01, so RL203 is reported again.',
      'RL203 Retries come in bursts: the waits of 100 and 200 ms are equal for all clients that failed at the same time. Use jitter.',
    ]);
  });

  it('ends on a day of the calendar', async () => {
    const {findings} = await lint('{} // retry-lint-disable-line RL203 -- x until 2027-02-30');
    expect(findings.map(({message}) => message)[0]).to.equal(
      'Invalid end date: "2027-02-30". Write a date such as 2027-01-01.',
    );
  });

  it('can be forbidden', async () => {
    const text = '{\n  // retry-lint-disable-next-line RL203 -- x\n  "backoff": {"jitter": "none"}\n}';
    const {findings, suppressed} = await lint(text, {noSuppressions: true});
    expect(findings.map(({code}) => code)).to.deep.equal(['RL604', 'RL203']);
    expect(suppressed).to.deep.equal([]);
  });

  it('is not reported as unused if its rule is off', async () => {
    expect(
      await codes('{\n  // retry-lint-disable-next-line RL203 -- x\n  "name": "a"\n}', {rules: {RL203: 'off'}}),
    ).to.deep.equal([]);
  });

  const removals: [title: string, before: string, after: string][] = [
    ['with its line', '{\n  // retry-lint-disable-next-line RL203 -- x\n  "name": "a"\n}', '{\n  "name": "a"\n}'],
    ['behind a value', '{\n  "name": "a" // retry-lint-disable-line RL203 -- x\n}', '{\n  "name": "a"\n}'],
    [
      'with its line of a comment, whose other lines stay',
      '{\n  /* retry-lint-disable RL203 -- one client\n\n     The deadline is a contract: do not change.\n   */\n  "deadlineMs": 30000\n}\n',
      '{\n  /*\n\n     The deadline is a contract: do not change.\n   */\n  "deadlineMs": 30000\n}\n',
    ],
    [
      'with a line of its own in a comment, whose other lines stay',
      '{\r\n  /*\r\n   retry-lint-disable RL203 -- x\r\n   A note. */\r\n  "name": "a"\r\n}\r\n',
      '{\r\n  /*\r\n   A note. */\r\n  "name": "a"\r\n}\r\n',
    ],
    [
      'with all lines of a comment that says nothing else',
      '{\n  /*\n   retry-lint-disable RL203 -- x\n   */\n  "name": "a"\n}',
      '{\n  "name": "a"\n}',
    ],
    [
      'in a block',
      '{"x-retry-lint": {"disable": [{"rule": "RL203", "reason": "x"}, {"rule": "RL101", "reason": "x"}]}}',
      '{"x-retry-lint": {"disable": []}}',
    ],
  ];
  for (const [title, before, after] of removals) {
    it(`that is useless is taken out ${title}`, async () => {
      expect((await fixText({path, files: {[path]: before}})).text).to.equal(after);
    });
  }

  it('that is useless stays before another one in its comment, which would begin to suppress', async () => {
    const text = '{\n  /* retry-lint-disable RL203 -- x\n     retry-lint-disable RL301 -- y */\n  "name": "a"\n}';
    expect((await fixText({path, files: {[path]: text}})).text).to.equal(text);
    expect(await codes(text)).to.deep.equal(['RL605']);
  });
});

describe('a baseline', () => {
  const before = '{"routes": [{"match": {"methods": ["POST"], "path": "/a"}, "retryOn": [429, 503]}]}';
  const posted = {
    finding: 'RL101 routes[POST /a].match.methods',
    severity: 'warning',
    digest: '5807ec36',
    numbers: [503],
    names: '0b2dfa4d',
  } as const;
  const endless = {finding: 'RL201 maxAttempts', severity: 'error'} as const;
  // Another route in front, so that the old one has another index and another line.
  const after = `{"backoff": {"jitter": "none"},\n"routes": [{"match": {"path": "/first"}, "deadlineMs": 29000},\n${before.slice('{"routes": ['.length)}`;

  it('knows a finding again where lines and routes have moved, and lets new ones through', async () => {
    const baseline = baselineOf([await lint(before)]);
    expect(baseline).to.deep.equal({version: 1, findings: {[path]: [posted]}});
    const report = await lint(after, {baseline: baseline.findings[path]!, rules: {RL101: 'warning'}});
    expect(report.findings.map(({code}) => code))
      .to.include('RL203')
      .and.not.include('RL101');
    expect(report.suppressed.map(({by, finding}) => `${by} ${finding.code}`)).to.deep.equal(['baseline RL101']);
    expect(baselineOf([report]).findings[path]).to.deep.include.members([...baseline.findings[path]!]);
  });

  it('is pruned of fixed findings, and keeps files that were not linted', async () => {
    const baseline = {
      version: 1,
      findings: {
        [path]: [posted, {finding: 'RL203 backoff.jitter', severity: 'error'}],
        'other.json': [endless],
      },
    } as const;
    const reports = [await lint(before, {baseline: baseline.findings[path]})];
    expect(pruneBaseline(baseline, reports).findings).to.deep.equal({
      'other.json': [endless],
      [path]: [posted],
    });
  });

  it('is pruned of a finding that a comment suppresses', async () => {
    const wavy = '{"backoff": {"jitter": "none"}}';
    const baseline = baselineOf([await lint(wavy)]);
    expect(baseline.findings[path]).to.have.length(1);
    const suppressed = await lint(`// retry-lint-disable RL203 -- one client\n${wavy}`);
    expect(suppressed.suppressed).to.have.length(1);
    expect(pruneBaseline(baseline, [suppressed]).findings).to.deep.equal({});
  });

  it('keeps the findings of a file with a wrong value, which hides them', async () => {
    const baseline = {version: 1, findings: {[path]: [{finding: 'RL203 backoff.jitter', severity: 'error'}]}} as const;
    expect(pruneBaseline(baseline, [await lint('{"backoff": {"jitter": "noen"}}')])).to.deep.equal(baseline);
  });

  it('lets credentials through that go to another company', async () => {
    const to = (origin: string): string =>
      JSON.stringify({
        endpoints: [
          {name: 'a', origin: 'https://a.example.com'},
          {name: 'b', origin},
        ],
        failover: {sharedCredentials: true},
      });
    const accepted = baselineOf([await lint(to('https://b.other.com'))]).findings[path]!;
    const left = async (text: string): Promise<boolean> =>
      (await lint(text, {baseline: accepted})).findings.some(({code}) => code === 'RL113');
    expect([await left(to('https://b.other.com')), await left(to('https://b.third.com'))]).to.deep.equal([false, true]);
  });

  it('never has findings of a file that cannot be read', async () => {
    const report = await lint('{');
    expect(baselineOf([report]).findings).to.deep.equal({});
    const again = await lint('{', {baseline: report.findings.map(({acceptance}) => acceptance)});
    expect(again.findings.map(({code}) => code)).to.deep.equal(['RL001']);
  });
});
