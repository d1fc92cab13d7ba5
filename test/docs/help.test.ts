/** The options of a command in the documents are its help. UPDATE_DOCS=1 writes them. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {Workplace} from '../cli/running.ts';

const HELP = /(<!-- help: steadfetch ([\w -]+?) -->\n)[\s\S]*?(<!-- end -->)/g;
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'docs/batch.md': ['batch'],
  'docs/chaos.md': ['chaos'],
  'docs/guides/measuring.md': ['measure'],
  'docs/many-machines.md': ['batch --queue'],
};

describe('the options in the documents', () => {
  const place = new Workplace();
  after(() => place.remove());

  for (const [name, commands] of Object.entries(COMMANDS))
    it(`of ${name} are those of --help`, async () => {
      const path = new URL(`../../${name}`, import.meta.url);
      const text = readFileSync(path, 'utf8');
      const found = [...text.matchAll(HELP)];
      expect(found.map(([, , command]) => command)).to.deep.equal(commands);
      let written = text;
      for (const [section, begin, command, end] of found) {
        const {stdout} = await place.call([...command!.split(' '), '--help']);
        expect(stdout).to.include('Options');
        written = written.replace(section, () => `${begin}\n\`\`\`text\n${stdout}\`\`\`\n\n${end}`);
      }
      if (process.env.UPDATE_DOCS) writeFileSync(path, written);
      else expect(text).to.equal(written);
    });
});
