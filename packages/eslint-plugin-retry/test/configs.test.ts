/** The configurations, and how to say that something is on purpose. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {plugin, typescript, versions} from './versions.ts';

const judged = new URL('../../../test/lint/judged-javascript/', import.meta.url);
const program = `import pRetry from 'p-retry';
pRetry(() => fetch('/items'), {retries: 3, shouldRetry: isTransient});
`;

for (const {name, Linter} of versions)
  describe(`${name}: configurations`, () => {
    const verify = (text: string, ...configs: readonly object[]) =>
      new Linter().verify(
        text,
        [{files: ['**/*.ts'], languageOptions: {parser: typescript}}, ...configs] as never,
        'calls.ts',
      );

    it('reports in recommended what is an error or a warning', () => {
      expect(verify(program, plugin.configs.recommended).map(({ruleId, severity}) => [ruleId, severity])).to.deep.equal(
        [['retry/no-synchronized-retries', 1]],
      );
    });

    it('reports in strict what a client retries by itself', () => {
      const text = `import OpenAI from 'openai';\nnew OpenAI();\n`;
      expect(verify(text, plugin.configs.recommended)).to.deep.equal([]);
      expect(verify(text, plugin.configs.strict).map(({ruleId}) => ruleId)).to.deep.equal(['retry/no-hidden-retries']);
    });

    it('reports no hint unless it is asked for', () => {
      const text = `import fetchBuilder from 'fetch-retry';\nfetchBuilder(fetch);\n`;
      const ids = (least?: string) =>
        verify(text, {
          plugins: {retry: plugin},
          rules: {'retry/use-backoff': ['error', ...(least === undefined ? [] : [{least}])]},
        }).length;
      expect([ids(), ids('info'), ids('error')]).to.deep.equal([0, 1, 0]);
    });

    it('refuses an option that there is not', () => {
      const config = {plugins: {retry: plugin}, rules: {'retry/use-backoff': ['error', {lowest: 'info'}]}};
      expect(() => verify(program, config)).to.throw(/lowest/);
    });

    it('reports nothing behind a comment that disables a rule, and a comment that disables nothing', () => {
      const comment = '// eslint-disable-next-line retry/no-synchronized-retries -- one process, once a day\n';
      const strict = {linterOptions: {reportUnusedDisableDirectives: 'error'}};
      const disabled = program.replace('pRetry(()', `${comment}pRetry(()`);
      expect(verify(disabled, plugin.configs.recommended, strict)).to.deep.equal([]);
      const [unused] = verify(
        disabled.replace('retries: 3', 'randomize: true, retries: 3'),
        plugin.configs.recommended,
        strict,
      );
      expect(unused?.message).to.match(/^Unused eslint-disable directive/);
    });

    it('reports nothing of tests, whose retries are on purpose, unless hints are asked for', () => {
      const config = [plugin.configs.recommended] as never;
      expect(new Linter().verify(program, config, 'src/items.test.js')).to.deep.equal([]);
      expect(new Linter().verify(program, config, 'src/items.js')).to.have.length(1);
    });

    it('offers suggestions that leave a program without the finding, and breaks no program', () => {
      let applied = 0;
      for (const file of readdirSync(judged).filter(each => /\.[jt]s$/.test(each))) {
        const text = readFileSync(new URL(file, judged), 'utf8');
        for (const {suggestions = [], ruleId, line} of verify(text, plugin.configs.recommended))
          for (const {fix} of suggestions) {
            const fixed = text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]);
            const after = verify(fixed, plugin.configs.recommended);
            expect(after.filter(({fatal}) => fatal)).to.deep.equal([], `${file}: ${fixed}`);
            expect(after.map(each => `${each.ruleId} ${each.line}`)).not.to.include(
              `${ruleId} ${line}`,
              `${file}: ${fixed}`,
            );
            applied++;
          }
      }
      expect(applied).to.be.above(15);
    });
  });
