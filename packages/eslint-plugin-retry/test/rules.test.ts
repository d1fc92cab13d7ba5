/** Each rule on a program with its defect and on one without it, in both versions of ESLint. */
import {rules as all} from '../../../lint/rules/index.ts';
import {cases} from './cases.ts';
import {plugin, typescript, versions} from './versions.ts';

for (const {name, RuleTester} of versions)
  describe(name, () => {
    const tester = new RuleTester({
      languageOptions: {parser: typescript, ecmaVersion: 'latest', sourceType: 'module'} as never, // Of any version.
    });
    for (const [code, {valid, invalid}] of Object.entries(cases)) {
      const rule = all.find(each => each.code === code)!;
      tester.run(`${code} ${rule.name}`, plugin.rules[rule.name] as never, {
        valid: valid.map(text => ({code: text})),
        invalid: invalid.map(({code: text, errors, options = []}) => ({
          code: text,
          // Nothing for `--fix`.
          output: null,
          options: [...options],
          errors: errors.map(({message, line, column, suggestions = []}) => ({
            message: `${code}: ${message}`,
            line,
            column,
            suggestions: suggestions.map(({desc, output: written}) => ({desc, output: written})),
          })),
        })),
      });
    }
  });
