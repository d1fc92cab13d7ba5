/** What docs/eslint.md shows is what ESLint prints. `UPDATE_DOCS=1` writes it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {stripVTControlCharacters} from 'node:util';
import {expect} from 'chai';
import {plugin, typescript, versions} from './versions.ts';

const page = new URL('../../../docs/eslint.md', import.meta.url);

describe('docs/eslint.md', () => {
  for (const {name, ESLint} of versions)
    it(`shows what ${name} prints`, async () => {
      const document = readFileSync(page, 'utf8');
      const [, program = ''] = /```ts before\.ts\n([\s\S]*?)```/.exec(document) ?? [];
      const eslint = new ESLint({
        overrideConfigFile: true,
        overrideConfig: [
          {files: ['**/*.ts'], languageOptions: {parser: typescript}},
          plugin.configs.recommended,
        ] as never, // Of both versions.
      });
      const results = await eslint.lintText(program, {filePath: 'before.ts'});
      const {format} = await eslint.loadFormatter('stylish');
      const [shown = {filePath: ''}] = results;
      const printed = await format([{...shown, filePath: 'before.ts'}] as never, {cwd: '', rulesMeta: {}} as never);
      const plain = stripVTControlCharacters(printed).trim();
      const now = document.replace(
        /```console\n[\s\S]*?```/,
        () => `\`\`\`console\n$ npx eslint before.ts\n${plain}\n\`\`\``,
      );
      if (process.env.UPDATE_DOCS === '1') writeFileSync(page, now);
      else expect(now).to.equal(document);
    });
});
