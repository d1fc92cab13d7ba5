/** Files that begin with a byte order mark, as editors of Windows save them. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {builtInDialects} from '../../../lint/dialects/built-in.ts';
import {sniff} from '../../../lint/io/sniff.ts';
import {lintText} from '../../../lint/lint.ts';

async function said(path: string, text: string): Promise<unknown[]> {
  const {findings, suppressed} = await lintText({path, files: {[path]: text}});
  return [...findings, ...suppressed.map(({finding}) => finding)].map(({code, pointer, range, message}) => [
    code,
    pointer,
    range.start.line,
    message,
  ]);
}

describe('a byte order mark', () => {
  for (const name of ['judged-mesh', 'judged-litellm'])
    it(`changes no finding in the files of ${name}`, async () => {
      const folder = new URL(`../${name}/`, import.meta.url);
      let count = 0;
      for (const file of readdirSync(folder).filter(each => /\.(?:ya?ml|json|asl)$/.test(each))) {
        const text = readFileSync(new URL(file, folder), 'utf8');
        for (const each of [text, text.replace(/^(?:\s*#.*\n|---\n)+/, '')]) {
          const findings = await said(file, each);
          expect(await said(file, `\uFEFF${each}`), file).to.deep.equal(findings);
          const names = (path: string, text: string) =>
            sniff(path, text, builtInDialects)?.dialects.map(({name}) => name);
          expect(names(file, `\uFEFF${each}`), file).to.deep.equal(names(file, each));
          count += findings.length;
        }
      }
      expect(count).to.be.above(10);
    });
});
