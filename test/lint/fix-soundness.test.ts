/** Every fix is applied, read again and compared with its plan before it is written. */
import {expect} from 'chai';
import {Patch} from '../../lint/edit/patch.ts';
import {comesOut, planOf} from '../../lint/edit/plan.ts';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {fixText, isSound} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {readSource, toValue} from '../../lint/source/read.ts';
import {documentsOf} from '../../lint/source/unit.ts';

const fixed = async (text: string, path = 'p.yaml') => fixText({path, files: {[path]: text}}, {unsafe: true});

describe('a fix of a YAML field without a value', () => {
  it('keeps the comment behind it a comment', async () => {
    const budget = await fixed('name: shop\nbudget: # off for now\n');
    expect(budget.text).to.match(/^name: shop\nbudget: \{.*\} # off for now\n$/);
    expect(budget.fixed.map(({code}) => code)).to.deep.equal(['RL207']);
    const timeout = await fixed('attemptTimeoutMs:   # none\nname: shop\n');
    expect(timeout.text).to.match(/^attemptTimeoutMs: {3}\d+ # none\nname: shop\n$/);
    expect(timeout.fixed.map(({code}) => code)).to.deep.equal(['RL301']);
  });
});

describe('a fix that would not come out as planned', () => {
  // An alias repeats what its anchor has, and a tag makes a text of a number.
  const texts = [
    'name: shop\nbudget: &off # none\nroutes:\n  - match: {path: /a}\n    maxAttempts: 1\n    budget: *off\n',
    'name: shop\nattemptTimeoutMs: !!null # none\n',
  ];
  for (const text of texts) {
    it(`changes nothing and is not reported as fixed: ${text.split('\n')[1]}`, async () => {
      const before = await lintText({path: 'p.yaml', files: {'p.yaml': text}});
      const finding = before.findings.find(({code}) => code === 'RL207' || code === 'RL301')!;
      const {text: after, fixed: applied, report} = await fixed(text);
      expect(applied.map(({code}) => code)).not.to.include(finding.code);
      expect(after.split('\n')[1]).to.equal(text.split('\n')[1]);
      const left = report.findings.find(({code}) => code === finding.code)!;
      expect(left.fix).to.equal(undefined);
      expect(finding.fix !== undefined && (await isSound(finding.fix))).to.equal(false);
    });
  }

  it('keeps no other fix from being applied', async () => {
    const text = `${texts[1]}backoff: {jitter: none}\nretryOn: [429, 503, 503]\n`;
    const {text: after, fixed: applied} = await fixed(text);
    expect(after).to.contain('!!null # none').and.contain('jitter: "full"').and.contain('retryOn: [429, 503]');
    expect(applied.map(({code}) => code)).to.have.members(['RL203', 'RL407']);
  });
});

describe('safe fixes', () => {
  it('leave nothing to a second run, also where one was refused at first', async () => {
    const path = 'p.yaml';
    const text = "retryOn:\n  - 500\n  - '5xx' # a comment\n\n  - &s2 503\n  - *s2\n  - 429\n";
    const once = (await fixText({path, files: {[path]: text}})).text;
    expect(once).not.to.equal(text);
    expect((await fixText({path, files: {[path]: once}})).text).to.equal(once);
  });
});

describe('unsafe fixes', () => {
  it('leave nothing to a second run, also where a removal made another fix possible', async () => {
    const path = 'a.retry.json';
    const text = '{"retryOn":[521, "5xx" /*a*/,404 /*b*/, /*c*/ 500,500], "name":"x"}';
    const {text: once} = await fixText({path, files: {[path]: text}}, {unsafe: true});
    expect(once).to.equal('{"retryOn":["5xx" /*a*/ /*b*/ /*c*/], "name":"x"}');
    expect((await fixText({path, files: {[path]: once}}, {unsafe: true})).text).to.equal(once);
  });
});

describe('a change of YAML', () => {
  const values = [30000, 'full', {kind: 'x'}, [1], null];
  /** The field has nothing, so that each value can be written. */
  const empty = [
    'budget: # off for now\n',
    'budget:   # none\nb: 1\n',
    'budget:\nb: 1\n',
    'budget: ~ # x\n',
    'budget:\n  # none\nb: 2\n',
    'budget: \t# x\n',
    '"budget": # x\n',
    'budget: # x\r\nb: 1\r\n',
    'budget :  # x\n',
    '{budget: , b: 1}\n',
    '{budget:, b: 1}\n',
    '{budget: }\n',
  ];
  /** Some values cannot be written without other changes. */
  const hard = [
    'budget: !!null # x\n',
    'budget: !!int 5 # x\n',
    'budget: &a # x\nb: *a\n',
    'budget: &a {c: 1} # x\nb: *a\n',
    '{budget, b: 1}\n',
    '? budget\nb: 1\n',
    'budget: |\n  five\nb: 2\n',
    'budget: a\n  b # x\nc: 1\n',
    'budget:\n- 1 # one\n# end\nb: 2\n',
  ];

  for (const text of [...empty, ...hard]) {
    it(`is right or refused: ${JSON.stringify(text)}`, async () => {
      const source = await readSource('p.yaml', text);
      const [unit] = documentsOf(source);
      for (const value of values) {
        const patch = new Patch(unit!);
        expect(patch.set(['budget'], value)).to.equal(true);
        const plan = planOf(patch);
        if (plan === undefined) {
          // A tag or an anchor before the value would stay before the new one; a comment in a list would be lost.
          expect(text).to.match(/: [!&]|- 1 # one/);
          continue;
        }
        const after = await readSource('p.yaml', applyEdits(text, plan.edits));
        const [root] = after.documents;
        const expected = {...(toValue(unit!.root) as object), budget: value};
        const isRight =
          after.problems.length === 0 && JSON.stringify(root && toValue(root)) === JSON.stringify(expected);
        expect(await comesOut(source, [plan]), `${JSON.stringify(value)}`).to.equal(isRight);
        if (empty.includes(text)) expect(isRight, applyEdits(text, plan.edits)).to.equal(true);
      }
    });
  }
});

describe('a fix beside a YAML tag or anchor', () => {
  for (const text of [
    'retryOn: [429, !!int "429", timeout]\n',
    'retryOn: [!!int 429, 429, timeout]\n',
    'retryOn: [429, &a 429, 503]\n',
    'retryOn: [timeout, !!str timeout, 429]\n',
    'retryOn: [!!int 429, 503, 500]\n',
    'retryOn:\n  - 429\n  - !!int 429\n  - timeout\n',
    'retryOn:\n  - 429\n  - &x !!int 429 # c\n  - timeout\n',
    'idempotentMethods: [GET, !!str GET, HEAD]\n',
    'budget: !!null null\n',
    'budget: !!null\n',
    'maxAttempts: !!int "40"\ndeadlineMs: 600000\n',
    'maxAttempts: 1\n!!str backoff:\n  baseMs: 5\nname: a\n',
    'routes:\n  - maxAttempts: 1\n    &k backoff:\n      baseMs: 5\n    match: {path: /a}\n',
  ])
    it(`leaves the tag before its value: ${JSON.stringify(text)}`, async () => {
      const tagged = /(?:[!&]\S+ *)+("?\w*"?:?)/.exec(text)!;
      for (const unsafe of [false, true]) {
        const after = (await fixText({path: 'p.yaml', files: {'p.yaml': text}}, {unsafe})).text;
        expect(after).to.contain(tagged[0]);
      }
    });

  it('renames a key with a tag, and changes what is below a tag', async () => {
    expect((await fixed('backoff: !!map {!!str jiter: full}\n')).text).to.equal(
      'backoff: !!map {!!str jitter: full}\n',
    );
  });

  it('removes a key with all of its value', async () => {
    const {text} = await fixed('name: a\nmaxAttempts: 1\nbackoff: !!map\n  baseMs: 5\n');
    expect(text).not.to.contain('!!map');
  });
});

describe('a fix of what is around a mistake', () => {
  for (const [what, policy, kept] of [
    ['replaces no list with a misspelt entry', {retryOn: ['netwrok', 404]}, 'netwrok'],
    ['replaces none that a preset adds to', {extends: ['steadfetch:llm'], retryOn: [404, 'netwrok', 410]}, 'netwrok'],
    ['removes no part with a misspelt field', {breaker: {minCals: 1, failureRatio: 1}, maxAttempts: 1}, 'minCals'],
  ] as const)
    it(what, async () => {
      const path = 'policy.json';
      const text = JSON.stringify(policy);
      const {findings} = await lintText({path, files: {[path]: text}});
      const ofRules = findings.filter(({code}) => !/^RL00/.test(code));
      expect(ofRules, 'findings that could have a fix').not.to.be.empty;
      for (const {fix, suggestions} of ofRules)
        for (const {edits} of [...(fix ? [fix] : []), ...suggestions]) expect(applyEdits(text, edits)).to.contain(kept);
    });
});

describe('a fix brings no other finding', () => {
  for (const [what, policy] of [
    ['a list of zeros, longer than the retries need', {backoff: {kind: 'list', delaysMs: [0, 0]}}],
    [
      'attempts for which a list has more waits',
      {maxAttempts: 9, backoff: {kind: 'list', delaysMs: [100, 200, 300, 400]}},
    ],
    ['a breaker that one call opens, and few calls', {breaker: {minCalls: 1}, objective: {assume: {rps: 0.1}}}],
    ['attempts of a preset for models without their timeout', {extends: ['steadfetch:llm'], attemptTimeoutMs: null}],
  ] as const)
    it(what, async () => {
      const path = 'policy.json';
      const text = JSON.stringify(policy);
      const before = await lintText({path, files: {[path]: text}});
      expect(before.findings).not.to.be.empty;
      const {report} = await fixText({path, files: {[path]: text}}, {unsafe: true});
      const known = new Set(before.findings.map(({code}) => code));
      expect(report.findings.filter(({code}) => !known.has(code))).to.deep.equal([]);
    });

  it('and keeps the time that a preset gives a model', async () => {
    const {text} = await fixed('{"extends": ["steadfetch:llm"], "attemptTimeoutMs": null}', 'policy.json');
    expect(JSON.parse(text).attemptTimeoutMs).to.be.above(120_000);
  });
});
