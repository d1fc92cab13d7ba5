/** Fixes of Python files, each of which is read again before it is written. */
import {expect} from 'chai';
import {comesOut} from '../../../lint/edit/plan.ts';
import {fixText} from '../../../lint/fix.ts';
import {readSource} from '../../../lint/source/read.ts';

describe('a fix of a Python file', () => {
  for (const call of ['OpenAI(x for x in y)', 'OpenAI((x for x in y))', 'OpenAI(*y)', 'OpenAI(k if k else y)'])
    it(`leaves a program: ${call}`, async () => {
      const text = `from openai import OpenAI\n\nclient = ${call}\n`;
      const request = {path: 'calls.py', files: {'calls.py': text}, config: {rules: {RL410: 'warning'}}} as const;
      const {text: after} = await fixText(request, {unsafe: true});
      if (call.includes('((') || call.includes('else')) expect(after).to.match(/^client = OpenAI\(.*y\)?, \w+=.*\)$/m);
      else expect(after).to.equal(text);
    });

  it('is refused if the parser reads less of the file than before', async () => {
    for (const text of ['f(1)\n', 'def g(:\n    pass\n\n\nf(1)\n']) {
      const source = await readSource('calls.py', text);
      const at = text.indexOf('1)') + 1;
      expect(await comesOut(source, [{edits: [{start: at, end: at, text: ', a=2'}]}])).to.equal(true);
      expect(await comesOut(source, [{edits: [{start: at, end: at, text: ', a=)'}]}])).to.equal(false);
    }
  });
});
