/** One entry of a list of thousands is taken out without a look at all the others: a file may have a fix for each entry. */
import {expect} from 'chai';
import {editEntries} from '../../lint/edit/layout.ts';
import {readSource} from '../../lint/source/read.ts';
import type {ListNode, Node} from '../../lint/source/tree.ts';

const COUNT = 5000;

/** The list of a file, and how often an entry of it was asked for. */
async function listOf(text: string) {
  const source = await readSource('a.json', text);
  const list = source.documents[0] as ListNode;
  const asked = {entries: 0};
  const items = new Proxy(list.items as Node[], {
    get: (target, name) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) asked.entries++;
      return Reflect.get(target, name);
    },
  });
  return {source, list: {...list, items}, asked};
}

describe('one entry of a long list', () => {
  for (const [what, text] of [
    ['on one line', `[${'503, '.repeat(COUNT)}504]`],
    ['on lines of their own', `[\n${'  503,\n'.repeat(COUNT)}  504]`],
  ] as const)
    for (const index of [0, COUNT / 2, COUNT])
      it(`${index} of ${COUNT + 1}, ${what}, is taken out by a look at a few of them`, async () => {
        const {source, list, asked} = await listOf(text);
        const edits = editEntries(source, list, new Set([index]), []);
        expect(edits).to.be.an('array').that.is.not.empty;
        expect(asked.entries).to.be.within(1, 20);
      });
});
