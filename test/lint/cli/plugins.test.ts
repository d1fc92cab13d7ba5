/** What is wrong with a module of rules, and where. */
import {expect} from 'chai';
import {loadPlugin} from '../../../lint/config-file/plugins.ts';
import {CliError} from '../../../lint/io/cli-error.ts';
import {errorOf} from '../../support/outcome.ts';
import {clean, Desk} from './desk.ts';

describe('a module of rules', () => {
  const rule = (...lines: string[]): string =>
    [
      'export default {',
      "  code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S',",
      "  documentation: () => ({why: 'W', sources: [], bad: [{}], good: [{}]}),",
      ...lines,
      '};',
    ].join('\n');
  const mistakes: [what: string, text: string, message: string][] = [
    [
      'a slip of syntax',
      'export const a = 1;\nexport default {\n  code: ],\n};\n',
      ".retry-lintrc.json:1:14: plugins[0]: r.mjs:3: the module cannot be loaded: Unexpected token ']'.",
    ],
    [
      'a throw while it is loaded',
      'const a = undefined;\nexport default a.b;\n',
      ".retry-lintrc.json:1:14: plugins[0]: r.mjs:2:18: the module cannot be loaded: Cannot read properties of undefined (reading 'b').",
    ],
    [
      'a name that a helper lacks',
      "\nimport {gone} from './helper.mjs';\nexport default gone;\n",
      ".retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the module cannot be loaded: The requested module './helper.mjs' does not provide an export named 'gone'.",
    ],
    [
      'a helper that does not exist',
      "\nimport './gone.mjs';\n",
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the module cannot be loaded: Cannot find module ',
    ],
    [
      'a package that does not exist',
      "\nimport 'gone-package';\n",
      ".retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the module cannot be loaded: Cannot find package 'gone-package'",
    ],
    [
      'a thrown text',
      "throw 'away';",
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs: the module cannot be loaded: away.',
    ],
    [
      'a code',
      rule().replace('ACME101', 'acme'),
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: Invalid rule code: "acme". Write 2 to 8 capital letters and three digits, such as ACME101.',
    ],
    [
      'no documentation',
      rule().replace(/documentation.*/, ''),
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the rule ACME101 has no documentation.',
    ],
    [
      'documentation without an example',
      rule().replace('bad: [{}]', 'bad: []'),
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the documentation of the rule ACME101 has a wrong bad.',
    ],
    [
      'documentation that is nothing',
      rule().replace(/documentation.*/, 'documentation() {},'),
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: the documentation of the rule ACME101 has no why.',
    ],
    [
      'documentation that throws',
      rule().replace(/documentation.*/, 'documentation() { this.gone.there; },'),
      ".retry-lintrc.json:1:14: plugins[0]: r.mjs:2: Cannot read properties of undefined (reading 'there')",
    ],
    [
      'no check',
      rule(),
      '.retry-lintrc.json:1:14: plugins[0]: r.mjs:2: Rule ACME101 has neither check nor checkFile. Define one of them.',
    ],
    [
      'a check that throws',
      rule('  check(scope) {', '    return scope.gone.there;', '  },'),
      "r.mjs:5:23: the rule ACME101 failed: Cannot read properties of undefined (reading 'there').",
    ],
    [
      'a helper that throws',
      `import {fail} from './helper.mjs';\n${rule('  *checkFile(model) { fail(model); },')}`,
      'helper.mjs:2:9: the rule ACME101 failed: as asked.',
    ],
    [
      'a check that returns nothing',
      rule('  check() {},'),
      'r.mjs:2: the rule ACME101 returns undefined where a list of findings belongs.',
    ],
    [
      'a finding that is a text',
      rule("  *check() { yield 'backoff'; },"),
      'r.mjs:2: the rule ACME101 yields backoff where an object with at and message belongs.',
    ],
    [
      'a finding without a place',
      rule("  *check() { yield {message: 'x'}; },"),
      'r.mjs:2: the rule ACME101 yields a finding whose at is not a path such as "backoff.jitter".',
    ],
    [
      'a finding without a message',
      rule("  *check() { yield {at: ''}; },"),
      'r.mjs:2: the rule ACME101 yields a finding without a message.',
    ],
    [
      'a severity',
      rule("  *check() { yield {at: '', message: 'x', severity: 'warn'}; },"),
      'r.mjs:2: the rule ACME101 yields a finding whose severity is not error, warning, info.',
    ],
    [
      'a fix',
      rule("  *check() { yield {at: '', message: 'x', fix: {title: 'y', changes: [{set: 1}]}}; },"),
      'r.mjs:2: the rule ACME101 yields a finding whose fix is not {title, changes}.',
    ],
  ];
  for (const [what, text, message] of mistakes) {
    it(`with a mistake has its place named: ${what}`, async () => {
      const helper = "export const fail = () => {\n  throw new Error('as asked');\n};";
      const desk = new Desk({
        '.retry-lintrc.json': '{"plugins": ["./r.mjs"]}',
        'p.json': clean,
        'r.mjs': text,
        'helper.mjs': helper,
      });
      const {code, out, err} = await desk.run('p.json');
      expect({code, out}).to.deep.equal({code: 2, out: ''});
      expect(err.startsWith(message), err).to.equal(true);
      expect(err.split('\n')).to.have.length(2);
    });
  }

  it('may compare a scope with all others', async () => {
    const check =
      "  *check({match, title}, {length}) { if (match) yield {at: 'match', message: title + ' is one of ' + length + '.'}; },";
    const desk = new Desk({
      '.retry-lintrc.json': '{"plugins": ["./r.mjs"]}',
      'p.json': '{"routes": [{"match": {"path": "/a"}, "name": "a", "maxAttempts": 2}]}',
      'r.mjs': rule(check),
    });
    expect((await desk.run('p.json')).out).to.contain('route "a" is one of 2.');
  });

  it('that never finishes loading is given up', async () => {
    const desk = new Desk({'r.mjs': 'export default await new Promise(() => {});\n'});
    const waits: number[] = [];
    const wait = (ms: number, then: () => void) => {
      waits.push(ms);
      then();
      return () => {};
    };
    const error = await errorOf(() => loadPlugin(desk.at('r.mjs'), '--plugin', desk.folder, desk.folder, wait));
    expect(error).to.be.instanceOf(CliError);
    expect((error as Error).message).to.equal(
      '--plugin: r.mjs: the module cannot be loaded: it took longer than 10 s.',
    );
    expect(waits).to.deep.equal([10_000]);
  });

  it('may have a rule that is of a class', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"plugins": ["./r.mjs"]}',
      'p.json': clean,
      'r.mjs': `class Rule {
        code = 'ACME101'; name = 'use-a-name'; category = 'hygiene'; severity = 'error'; confidence = 'high'; summary = 'S';
        #why = 'W';
        documentation() { return {why: this.#why, sources: [], bad: [{}], good: [{}]}; }
        #message = 'Mine.';
        *check() { yield {at: '', message: this.#message}; }
      }
      export default new Rule();`,
    });
    expect((await desk.run('p.json')).out).to.contain('Mine.');
  });
});
