/** Fixes are computed only for findings that are shown or applied, once each, and a text is parsed once for any number of findings. */
import {expect} from 'chai';
import {fixText} from '../../lint/fix.ts';
import type {Run} from '../../lint/formatters/formatter.ts';
import {formatters} from '../../lint/formatters/index.ts';
import {lintText} from '../../lint/lint.ts';
import {type Change, defineRule, type Rule} from '../../lint/rule.ts';

const ROUTES = 40;
const text = JSON.stringify(
  {routes: Array.from({length: ROUTES}, (_, index) => ({match: {path: `/v1/${index}`}, name: 'old'}))},
  null,
  2,
);

class Counter {
  fixes = 0;
  suggestions = 0;

  /** Finds every route that is called old, and counts how often what it proposes is looked at. */
  readonly rule: Rule = defineRule({
    code: 'ACME101',
    name: 'no-old-name',
    category: 'hygiene',
    severity: 'warning',
    confidence: 'high',
    fix: 'safe',
    summary: 'Call no route old',
    documentation: () => ({
      why: '',
      sources: [],
      bad: [{name: 'old', text: '{}', findings: []}],
      good: [{name: 'new', text: '{}'}],
    }),
    check: ({match, own}) => {
      if (match === undefined || own.data.name !== 'old') return [];
      const [count, suggest] = [() => this.fixes++, () => this.suggestions++];
      const fix = {
        title: 'Call it new',
        get changes(): Change[] {
          count();
          return [{do: 'set', path: 'name', value: 'new'}];
        },
      };
      const suggestion = {
        title: 'Call it newer',
        get changes(): Change[] {
          suggest();
          return [{do: 'set', path: 'name', value: 'newer'}];
        },
      };
      return [{at: 'name', message: 'It is old.', fix, suggestions: [suggestion]}];
    },
  });

  readonly request = {path: 'p.json', files: {'p.json': text}, config: {extraRules: [this.rule]}};

  async run(): Promise<Run> {
    const report = await lintText(this.request);
    const own = report.findings.filter(({code}) => code === 'ACME101');
    expect(own).to.have.length(ROUTES);
    return {
      reports: [{...report, findings: own}],
      texts: {'p.json': text},
      rules: [this.rule],
      version: '1',
      day: '2027-01-31',
    };
  }
}

describe('fixes', () => {
  it('are not computed by a run without a report of fixes', async () => {
    const counter = new Counter();
    await counter.run();
    expect(counter.fixes + counter.suggestions).to.equal(0);
  });

  for (const {name, format} of formatters) {
    const shows = ['stylish', 'json', 'sarif', 'rdjson', 'github-summary'].includes(name);
    it(`are ${shows ? 'computed once each' : 'not computed'} by the format ${name}`, async () => {
      const counter = new Counter();
      const run = await counter.run();
      for (let times = 0; times < 3; times++) format(run, {colour: false, width: 80});
      expect(counter.fixes).to.equal(shows ? ROUTES : 0);
      expect(counter.suggestions).to.equal(['stylish', 'json', 'sarif'].includes(name) ? ROUTES : 0);
    });
  }

  it('are computed once each when they are applied, without suggestions', async () => {
    const counter = new Counter();
    const {fixed, text: after} = await fixText(counter.request);
    expect(fixed.filter(({code}) => code === 'ACME101')).to.have.length(ROUTES);
    expect(after).to.equal(text.replaceAll('old', 'new'));
    expect(counter.fixes).to.equal(ROUTES);
    expect(counter.suggestions).to.equal(0);
  });

  it('are part of a copy of their finding', async () => {
    const {findings} = await lintText({path: 'p.json', files: {'p.json': '{"backoff": {"jitter": "none"}}'}});
    const copy = structuredClone({...findings[0]!});
    expect(copy.fix!.edits).to.deep.equal(findings[0]!.fix!.edits);
    expect(JSON.parse(JSON.stringify(findings[0])).fix.title).to.equal('Set jitter to "full"');
  });
});

describe('the length of a text', () => {
  /** Characters of a text that its edits bring. */
  const written = async (routes: number): Promise<number> => {
    const list = Array.from({length: routes}, (_, index) => ({
      match: {path: `/v1/${index}`},
      backoff: {jitter: 'none', capMs: 9000},
    }));
    const long = JSON.stringify({routes: list}, null, 2);
    const {findings} = await lintText({path: 'p.json', files: {'p.json': long}});
    const [first] = findings.filter(({code}) => code === 'RL203');
    return first!.fix!.edits.reduce((sum, edit) => sum + edit.text.length + edit.end - edit.start, 0);
  };

  it('does not change what one fix of it touches', async () => {
    expect(await written(200)).to.equal(await written(1));
  });
});
