/** The documents are correct: their code runs, and the targets of their links exist. */

import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join, posix} from 'node:path';
import {expect} from 'chai';
import {blocksOf, runBlock} from './support/doc-blocks.ts';
import {readMarkdown} from './support/markdown.ts';

const root = join(import.meta.dirname, '..');
const documents = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'})
    .filter(name => name.endsWith('.md'))
    .map(name => posix.join('docs', name.replaceAll('\\', '/'))),
];

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const pages = new Map(documents.map(name => [name, readMarkdown(read(name))]));

describe('the documents', () => {
  for (const name of documents) {
    it(`${name}: every link within the project leads to a file and to a heading`, () => {
      const dead = pages.get(name)!.links.filter(link => {
        const [path, heading] = link.split('#') as [string, string | undefined];
        const target = path === '' ? name : posix.join(posix.dirname(name), path);
        if (!existsSync(join(root, target))) return true;
        return heading !== undefined && pages.get(target)?.anchors.has(heading) === false;
      });
      expect(dead).to.deep.equal([]);
    });
  }

  it('have no two opening braces in a sentence, which the site takes for a value', () => {
    const sentences = (name: string): string => read(name).replaceAll(/^( *)```[\s\S]*?^ *```/gm, '');
    expect(sentences('README.md')).to.contain('steadfetch');
    expect(documents.filter(name => sentences(name).includes('{{'))).to.deep.equal([]);
  });

  it('are all linked from README.md, or from a page that README.md links', () => {
    const linksOf = (name: string): string[] =>
      pages.get(name)!.links.map(link => posix.join(posix.dirname(name), link.split('#')[0]!));
    const first = linksOf('README.md');
    const second = first.filter(name => pages.has(name)).flatMap(linksOf);
    const linked = new Set([...first, ...second]);
    expect(documents.filter(name => !linked.has(name) && name !== 'README.md')).to.deep.equal([]);
  });

  it('have at most 150 words in a decision', () => {
    const decisions = documents.filter(name => /^docs\/decisions\/\d{4}-/.test(name));
    expect(decisions).to.have.length.above(100);
    const wordsOf = (name: string): number =>
      read(name)
        .split(/\s+/)
        .filter(word => /\w/.test(word)).length;
    expect(decisions.filter(name => wordsOf(name) > 150)).to.deep.equal([]);
  });

  for (const name of documents) {
    const timed = blocksOf(name).flatMap(code => {
      const shown = /^server\.arrivals; \/\/ (\[[^\]]*\])/m.exec(code)?.[1];
      return shown === undefined ? [] : [{code, shown}];
    });
    for (const [index, {code, shown}] of timed.entries()) {
      it(`${name}: block ${index + 1} on a virtual clock gives the numbers it shows`, async () => {
        const {server} = await runBlock(code, 'server');
        expect((server as {arrivals: number[]}).arrivals).to.deep.equal(JSON.parse(shown));
      });
    }
  }

  it('the README’s policy can be run', async () => {
    const {definePolicy} = await import('../src/index.ts');
    const json = [...read('README.md').matchAll(/```json\n([\s\S]*?)```/g)].map(([, code]) => JSON.parse(code!));
    expect(json.length).to.be.above(0);
    for (const policy of json) expect(definePolicy(policy).policy.name).to.equal(policy.name);
  });
});
