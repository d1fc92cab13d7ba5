/**
 * What the documents show is what the program prints. A block of code whose fence names a file is that file, and in a block of
 * console each line after `$ npx retry-lint` is run and its output compared.
 *
 * `UPDATE_DOCS=1` writes the output into the documents.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {RuleTester} from '../../../lint/index.ts';
import {Desk} from './desk.ts';

const root = new URL('../../../', import.meta.url);
const fence = /```(\w+)(?: (\S+))?\n([\s\S]*?)```/g;

const words = (command: string): string[] => command.split(/\s+/).filter(word => word !== '');

/** The document with its console blocks as they would be printed. */
async function replayed(document: string, desk: Desk): Promise<string> {
  let text = '';
  let at = 0;
  for (const {0: all, 1: language, 2: name, 3: body = '', index} of document.matchAll(fence)) {
    text += document.slice(at, index);
    at = index + all.length;
    if (name !== undefined) desk.write(name, body);
    text += language === 'console' ? await consoleBlock(body, desk) : all;
  }
  return text + document.slice(at);
}

async function consoleBlock(body: string, desk: Desk): Promise<string> {
  const commands = body.split('\n').filter(line => line.startsWith('$ npx retry-lint'));
  const shown: string[] = [];
  for (const command of commands) {
    const {out, err} = await desk.run(...words(command.replace('$ npx retry-lint', '')));
    shown.push(`${command}\n${out}${err}`);
  }
  return `\`\`\`console\n${shown.join('')}\`\`\``;
}

describe('what documents show of retry-lint', () => {
  for (const name of ['README.md', 'docs/retry-lint.md', 'docs/python.md', 'docs/meshes.md']) {
    it(`${name} shows what is printed`, async () => {
      const path = new URL(name, root);
      const document = readFileSync(path, 'utf8');
      const desk = new Desk();
      const now = await replayed(document, desk);
      if (process.env.UPDATE_DOCS === '1') writeFileSync(path, now);
      else expect(now).to.equal(document);
      expect(document).to.match(/^\$ npx retry-lint (?:policy\.json|before\.(?:py|yaml))$/m);
    });
  }

  describe('the guide’s rule', () => {
    const guide = readFileSync(new URL('docs/retry-lint.md', root), 'utf8');
    const code = [...guide.matchAll(fence)].find(([, , name]) => name === 'retry-rules.mjs')![3]!;

    it('is tested by its own examples', async () => {
      const entry = new URL('lint/index.ts', root).href;
      const source = `data:text/javascript,${encodeURIComponent(code.replace("'retry-lint'", `'${entry}'`))}`;
      const {default: rule} = await import(source);
      const runs: Promise<void>[] = [];
      new RuleTester({describe: (_, define) => define(), it: (_, run) => runs.push(run())}).run(rule);
      expect(runs).to.have.length(2);
      await Promise.all(runs);
    });
  });
});
