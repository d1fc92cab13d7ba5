/** What is printed, where it goes, and which exit code it gives. */
import {existsSync, linkSync, symlinkSync} from 'node:fs';
import {expect} from 'chai';
import {formatNames} from '../../../lint/commands/table.ts';
import {formatters} from '../../../lint/formatters/index.ts';
import {pageOf} from '../support/page-of.ts';
import {clean, Desk, Paper, wavy} from './desk.ts';

/** RL203 is an error; the slip is an error; RL204 and others may warn. */
const warned = '{\n  // retry-lint-disable-next-line RL203\n  "backoff": {"jitter": "none"}\n}\n';

describe('the output of retry-lint', () => {
  it('has exactly the formats of the table', () => {
    expect(formatNames).to.deep.equal(formatters.map(({name}) => name));
  });

  it('of one run may be several reports, in files and on standard output', async () => {
    const desk = new Desk({'policy.json': wavy});
    const argv = ['-f', 'json', '-f', 'sarif=out.sarif', '--format=junit=junit.xml', 'policy.json'];
    const {code, out} = await desk.run(...argv);
    expect(code).to.equal(1);
    expect(JSON.parse(out).findings).to.have.length(1);
    expect(JSON.parse(desk.read('out.sarif')).runs[0].results).to.have.length(1);
    expect(desk.read('junit.xml')).to.match(/^<\?xml/);
  });

  it('has the reasons of the rules that fired, as their pages give them, in SARIF', async () => {
    const {out} = await new Desk({'policy.json': wavy}).run('-f', 'sarif', 'policy.json');
    const [{id, fullDescription, help}, ...others] = JSON.parse(out).runs[0].tool.driver.rules;
    const {why} = pageOf({code: 'RL203'});
    expect(others).to.deep.equal([]);
    expect({id, help}).to.deep.equal({id: 'RL203', help: {text: why, markdown: why}});
    expect(fullDescription.text).to.match(/^Without jitter, clients that failed .* again\. Jitter spreads .*\.$/);
  });

  it('in a file leaves standard output empty', async () => {
    const {code, out} = await new Desk({'policy.json': wavy}).run('-f', 'json=out.json', 'policy.json');
    expect({code, out}).to.deep.equal({code: 1, out: ''});
  });

  it('that cannot be written is an error', async () => {
    const {code, err} = await new Desk({'policy.json': wavy}).run('-f', 'json=no/such/folder.json', 'policy.json');
    expect({code, err}).to.deep.equal({
      code: 2,
      err: 'no/such/folder.json could not be written: it does not exist.\n',
    });
  });

  const refused: [string[], string][] = [
    [
      ['--format', 'xml'],
      '--format must be one of stylish, json, sarif, github, github-summary, gitlab, junit, checkstyle, rdjson, got "xml".',
    ],
    [['-f', 'json='], '--format json= needs the name of a file.'],
    [
      ['-f', 'json', '-f', 'sarif'],
      'Only one report can go to standard output, and json and sarif would; write the others to files: --format sarif=FILE.',
    ],
    [['--max-warnings', 'few'], '--max-warnings must be a whole number, got "few".'],
    [['--fail-on', 'eror'], '--fail-on must be one of error, warning, info, never, got "eror"; did you mean error?'],
    [
      ['--fix', '--fix-dry-run'],
      '--fix cannot be used with --fix-dry-run: one writes the files, the other only prints.',
    ],
    [['--fix=yes'], '--fix takes no value, got "yes".'],
    [
      ['--unsafe-fixes'],
      '--unsafe-fixes changes nothing by itself: add --fix, or --fix-dry-run to see the changes first.',
    ],
    [['--config'], '--config needs a value: --config FILE.'],
    [['--preset', 'strict', '--preset', 'recommended'], '--preset was given 2 times; it takes one value.'],
    [['--qiet'], 'Unknown option --qiet; did you mean --quiet?'],
    [['--xyzzy'], 'Unknown option --xyzzy; "retry-lint --help" lists them.'],
    [['check', 'policy.json'], 'retry-lint needs no command check: retry-lint [FILE | FOLDER]... lints.'],
    [['--select', 'RL203'], 'retry-lint has no option --select: --rule RL301=error sets the severity of one rule.'],
    [['--ignore=RL203'], 'retry-lint has no option --ignore: --rule RL301=off switches one rule off.'],
    [['--output-format', 'json'], 'retry-lint has no option --output-format: --format NAME names the format.'],
    [['-', '--fix'], '--fix cannot be used with standard input (-); --fix-dry-run prints what it would change.'],
    [['-', '--watch'], '--watch cannot be used with standard input (-).'],
    [['-', '--changed'], '--changed cannot be used with standard input (-).'],
    [
      ['--stdin-filename', 'a.json'],
      '--stdin-filename names standard input, which was not asked for: add - to the files.',
    ],
    [['--rule', 'RL203'], '--rule takes a rule and one of error, warning, info, off: --rule RL301=off; got "RL203".'],
    [
      ['--rule', 'no-synchronize-retries=off', 'policy.json'],
      '--rule: no-synchronize-retries is not a rule; did you mean "no-synchronized-retries"?',
    ],
  ];
  for (const [argv, message] of refused) {
    it(`${argv.join(' ')} is refused`, async () => {
      const desk = new Desk({'policy.json': clean});
      expect(await desk.run(...argv)).to.deep.equal({code: 2, out: '', err: `${message}\n`});
    });

    it('is one for each file', async () => {
      const desk = new Desk({'p.json': clean});
      const said = 'Two reports would be written to out/r: name a file for each.\n';
      for (const other of ['out/r', './out//r'])
        expect(await desk.run('-f', 'json=out/r', '-f', `sarif=${other}`, 'p.json')).to.deep.equal({
          code: 2,
          out: '',
          err: said,
        });
    });
  }

  const codes: [string, string[], number][] = [
    [clean, [], 0],
    [wavy, [], 1],
    [wavy, ['--exit-zero'], 0],
    [wavy, ['--fail-on', 'never'], 0],
    [wavy, ['--fail-on', 'error'], 1],
    [wavy, ['--rule', 'RL203=warning'], 1],
    [wavy, ['--rule', 'RL203=warning', '--fail-on', 'error'], 0],
    [wavy, ['--rule', 'RL203=warning', '--max-warnings', '1'], 0],
    [wavy, ['--rule', 'RL203=warning', '--max-warnings', '0'], 1],
    [wavy, ['--rule', 'RL203=warning', '--fail-on', 'error', '--max-warnings', '0'], 1],
    [wavy, ['--rule', 'RL203=warning', '--fail-on', 'error', '--max-warnings', '1'], 0],
    [wavy, ['--rule', 'RL203=warning', '--fail-on', 'never', '--max-warnings', '0'], 1],
    [wavy, ['--rule', 'RL203=warning', '--fail-on', 'info', '--max-warnings', '1'], 0],
    [wavy, ['--rule', 'RL203=warning', '--max-warnings', '0', '--exit-zero'], 0],
    [wavy, ['--rule', 'RL203=warning', '--quiet'], 0],
    [wavy, ['--rule', 'no-synchronized-retries=info'], 0],
    [wavy, ['--rule', 'RL203=info', '--fail-on', 'info'], 1],
    [wavy, ['--rule', 'RL203=off', '--fail-on', 'info'], 0],
    [wavy, ['--max-warnings', '9'], 1],
    [warned, [], 1],
    [warned, ['--rule', 'RL604=off'], 0],
    [warned, ['--no-suppressions', '--rule', 'RL604=off'], 1],
  ];
  for (const [text, argv, code] of codes) {
    it(`exit code ${code}: ${text === clean ? 'clean' : text === wavy ? 'an error' : 'suppressed'} ${argv.join(' ')}`, async () => {
      expect((await new Desk({'p.json': text}).run(...argv, 'p.json')).code).to.equal(code);
    });
  }

  for (const [file, kind] of [
    ['w.retry.json', 'is a policy'],
    ['.retry-lintrc.json', 'belongs to retry-lint'],
  ] as const)
    it(`does not write a report over ${file} of a folder that is searched`, async () => {
      const desk = new Desk({'w.retry.json': wavy, 'v.retry.json': wavy, '.retry-lintrc.json': '{}'});
      expect(await desk.run('-f', `json=${file}`, '.')).to.deep.equal({
        code: 2,
        out: '',
        err: `--format would write the report over ${file}, which ${kind}.\n`,
      });
      expect((await desk.run('-f', 'json=report.json', '.')).code).to.equal(1);
      expect((await desk.run('-f', 'json=report.json', '.')).code, 'over an earlier report').to.equal(1);
    });

  it('does not write a report over a policy that is linted', async () => {
    for (const [output, path] of [
      ['w.retry.json', 'w.retry.json'],
      ['./link.json', 'w.retry.json'],
      ['w.retry.json', 'link.json'],
    ] as const) {
      const desk = new Desk({'w.retry.json': wavy});
      symlinkSync('w.retry.json', desk.at('link.json'));
      expect(await desk.run('-f', `json=${output}`, '--fix', path)).to.deep.equal({
        code: 2,
        out: '',
        err: `--format would write the report over ${path}, which is linted.\n`,
      });
      expect(desk.read('w.retry.json')).to.equal(wavy);
    }
  });

  it('does not write a report over a hard link to a policy, nor over a file that one extends', async () => {
    const child = '{"extends": ["./base.json"]}';
    const desk = new Desk({'c.retry.json': child, 'base.json': wavy, 'deep/w.retry.json': wavy});
    linkSync(desk.at('c.retry.json'), desk.at('c-report.json'));
    linkSync(desk.at('base.json'), desk.at('base-report.json'));
    for (const [output, lost] of [
      ['c-report.json', 'c.retry.json, which is linted'],
      ['base.json', 'base.json, which c.retry.json reads'],
      ['base-report.json', 'base.json, which c.retry.json reads'],
    ] as const)
      expect(await desk.run('-f', `json=${output}`, '.'), output).to.deep.equal({
        code: 2,
        out: '',
        err: `--format would write the report over ${lost}.\n`,
      });
    expect([desk.read('c.retry.json'), desk.read('base.json')]).to.deep.equal([child, wavy]);
  });

  for (const format of formatNames)
    it(`in the format ${format} replaces an earlier report and an empty file, and nothing else of a user's`, async () => {
      const mixed = 'import tenacity\n\n\n@tenacity.retry\ndef call():\n    pass\n';
      const desk = new Desk({'w.json': wavy, 'v.json': clean, 'm.py': mixed, empty: ''});
      for (const paths of [['v.json'], ['w.json'], ['w.json', 'm.py', 'v.json'], ['v.json'], ['v.json']])
        for (const file of ['report', 'empty'])
          expect(await desk.run('-f', `${format}=${file}`, ...paths), `${file} of ${paths}`).to.deep.include({err: ''});
      const other = format === 'json' ? 'sarif' : 'json';
      await desk.run('-f', `${other}=other`, 'w.json');
      const texts: Record<string, string> = {
        'x.py': mixed,
        'v.yaml': 'kind: VirtualService\n',
        'package.json': '{"name": "shop", "version": "1.0.0"}',
        'notes.md': 'No findings in 1 file.\n\nAsk Ann.\n',
        other: desk.read('other'),
        'added.txt': `${desk.read('report')}\nAsk Ann.\n`,
      };
      for (const [file, text] of Object.entries(texts)) {
        if (file === 'added.txt' && ![...'stylish github github-summary'.split(' ')].includes(format)) continue;
        desk.write(file, text);
        for (const argv of [['.'], ['--fix', 'w.json'], ['-f', `${other}=new`, 'v.json']]) {
          expect(await desk.run('-f', `${format}=${file}`, ...argv), `${file} ${argv}`).to.deep.equal({
            code: 2,
            out: '',
            err: `--format would write the report over ${file}, which is no earlier report in the format ${format}: remove that file first, or name another one.\n`,
          });
          expect([desk.read(file), desk.read('w.json'), existsSync(desk.at('new'))]).to.deep.equal([text, wavy, false]);
        }
      }
    });

  it('with --quiet has errors only', async () => {
    const desk = new Desk({'policy.json': wavy});
    expect((await desk.run('-q', '--rule', 'RL203=warning', 'policy.json')).out).to.equal('No findings in 1 file.\n');
  });

  const escapes = '\u001B[';
  const colours: [string[], Record<string, string>, boolean, boolean][] = [
    [[], {}, true, true],
    [[], {}, false, false],
    [['--no-color'], {}, true, false],
    [['--color'], {}, false, true],
    [[], {NO_COLOR: '1'}, true, false],
    [[], {NO_COLOR: ''}, true, true],
    [[], {FORCE_COLOR: '1'}, false, true],
    [[], {FORCE_COLOR: '0'}, true, false],
    [[], {NO_COLOR: '1', FORCE_COLOR: '1'}, true, false],
    [['--color'], {NO_COLOR: '1'}, false, true],
    [[], {TERM: 'dumb'}, true, false],
  ];
  for (const [argv, env, isTerminal, isColoured] of colours) {
    const where = isTerminal ? 'a terminal' : 'a pipe';
    it(`${isColoured ? 'colours' : 'no colours'} for ${where} ${argv.join(' ')} ${JSON.stringify(env)}`, async () => {
      const desk = new Desk({'policy.json': wavy});
      desk.env = env;
      desk.out = new Paper(isTerminal ? 100 : undefined);
      expect((await desk.run(...argv, 'policy.json')).out.includes(escapes)).to.equal(isColoured);
    });
  }

  describe('--paths-from', () => {
    const base = '{"breaker": {"openMs": 90000, "maxOpenMs": 60000}}';

    it('names files from another folder, in every format and in related places', async () => {
      const desk = new Desk({'app/p.json': '{"extends": ["../base.json"]}', 'base.json': base, 'app/q.json': wavy});
      const run = (format: string) => desk.runIn('app', '--paths-from', '..', '-f', format, 'p.json', 'q.json');
      for (const {name} of formatters) {
        const {out} = await run(name);
        if (name !== 'github-summary')
          expect(out, name)
            .to.contain('app/q.json')
            .and.not.match(/(?<!app\/)q\.json/);
      }
      const {findings} = JSON.parse((await run('json')).out);
      const inherited = findings.find(({path}: {path: string}) => path === 'app/p.json');
      expect(inherited.related[0].path).to.equal('base.json');
      expect((await run('stylish')).out)
        .to.contain('  base.json:1:')
        .and.contain('│ {"breaker"');
    });

    it('does not change fixes, baselines and standard input', async () => {
      const desk = new Desk({'app/q.json': wavy});
      await desk.runIn('app', 'baseline', 'q.json');
      expect((await desk.runIn('app', '--paths-from', '..', 'q.json')).code).to.equal(0);
      desk.input = wavy;
      expect((await desk.runIn('app', '--paths-from', '..', '-')).out).to.match(/^<stdin>:2:15/);
      await desk.runIn('app', '--paths-from', '..', '--no-baseline', '--fix', '--unsafe-fixes', 'q.json');
      expect(desk.read('app/q.json')).to.contain('"jitter": "full"');
    });
  });

  describe('control characters', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there.
    const raw = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/;

    it('of file names and options do not reach a message', async () => {
      const desk = new Desk({'.retry-lintrc.json': '{"\u009B31m": 1}', 'p.json': clean});
      for (const argv of [['gone\u009B31m\u001B[2J.json'], ['--\u009B31m'], ['p.json'], ['explain', 'RL\u009B1m']]) {
        const {code, err} = await desk.run(...argv);
        expect(code).to.equal(2);
        expect(err, argv.join(' ')).to.not.match(raw).and.not.equal('');
      }
    });

    it('of a policy do not reach what explain and print-config write', async () => {
      const text = '{"routes": [{"name": "a\u009B31m\u202E", "match": {"path": "/\u009B"}}], "deadlineMs": 10000}';
      const desk = new Desk({'p\u009B1m.json': text, '.retry-lintrc.json': '{"baseline": "\u009B1m"}'});
      for (const argv of [
        ['explain', 'RL303', 'p\u009B1m.json'],
        ['print-config', 'p\u009B1m.json'],
        ['rules', '--json'],
      ]) {
        const {code, out} = await desk.run(...argv);
        expect(code).to.equal(0);
        expect(out, argv.join(' ')).to.not.match(raw);
      }
    });

    it('of a policy are in a diff for a program, and not in one for a terminal', async () => {
      const desk = new Desk({'p.json': '{\n  "x-a": "\u009B31m",\n  "maxAttemps": 3\n}\n'});
      expect((await desk.run('--fix-dry-run', 'p.json')).out)
        .to.contain('\u009B31m')
        .and.contain('+  "maxAttempts": 3');
      desk.out = new Paper(80);
      expect((await desk.run('--fix-dry-run', '--no-color', 'p.json')).out)
        .to.contain('+  "maxAttempts": 3')
        .and.not.match(raw);
    });
  });

  it('of a long run on a terminal has a progress line, which is erased', async () => {
    const files = Object.fromEntries(Array.from({length: 100}, (_, index) => [`${index}.retry.json`, clean]));
    const desk = new Desk(files);
    desk.err = new Paper(80);
    const {code, err} = await desk.run();
    expect(code).to.equal(0);
    const lines = [20, 40, 60, 80, 100].map(done => `\r${done} of 100 policies\u001B[K`);
    expect(err).to.equal(`${lines.join('')}\r\u001B[K`);
    desk.err = new Paper();
    expect((await desk.run()).err).to.equal('');
  });
});
