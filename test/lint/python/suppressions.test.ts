/** Suppressions in Python that may be taken out: those whose place was read, and without which the file means the same. */
import {expect} from 'chai';
import type {Config} from '../../../lint/config.ts';
import {fixText} from '../../../lint/fix.ts';

const LOOP = `import requests, time

def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError:
            if attempt == 3:
                raise
            time.sleep(2**attempt)  # noqa: RL203
`;
const UNUSED = '# retry-lint-ignore RL203: nothing is here\nx = 1\n';

async function fixed(text: string, config: Config = {}): Promise<{text: string; findings: string[]}> {
  const {text: after, report} = await fixText({path: 'calls.py', files: {'calls.py': text}, config});
  return {text: after, findings: report.findings.map(({code, range}) => `${range.start.line} ${code}`)};
}

describe('suppressions in Python', () => {
  for (const module of ['typing', 'os', 'mine', '.mine'])
    it(`are used beside from ${module} import *`, async () => {
      const text = `from ${module} import *\n${LOOP}`;
      expect(await fixed(text)).to.deep.equal({text, findings: []});
      const open = await fixed(text.replace('  # noqa: RL203', ''));
      expect(open.findings).to.deep.equal(['11 RL203']);
    });

  it('are not called unused where a module that is not known brings in names', async () => {
    const text = `from mine import *\n\n\n@retry  # noqa: RL201\ndef f(): ...\n`;
    expect(await fixed(text)).to.deep.equal({text, findings: []});
    const known = `from typing import *\n\n\n@retry  # noqa: RL201\ndef f(): ...\n`;
    expect((await fixed(known)).text).to.equal(known.replace('  # noqa: RL201', ''));
  });

  for (const broken of [
    'print "x"',
    'p = "abc',
    "p = 'abc",
    'p = f"abc{x}',
    'p = rb"abc\\"',
    'p = "abc\\\\\\"',
    'p = "',
    'print x, y',
  ])
    it(`stay in a file that CPython does not parse: ${broken}`, async () => {
      const text = `${UNUSED}${broken}\ny = 1\n`;
      expect(await fixed(text)).to.deep.equal({text, findings: []});
    });

  for (const whole of [
    "p = 'a\\'b\\\\'",
    'p = ""',
    "p = '''a'''",
    'p = f"{x["a"]}\\\\"',
    'p = """\n"\\""""',
    'print("x")',
    'p = "a\\\nb"',
    "p = Rb'\\ '",
  ])
    it(`are taken out of a file that CPython parses: ${whole}`, async () => {
      const {text} = await fixed(`${UNUSED}${whole}\ny = 1\n`);
      expect(text).to.not.contain('retry-lint-ignore');
    });

  it('are not called unused where the parser could not read the file', async () => {
    const text = `def f(:\n    pass\n\n\n@retry  # noqa: RL201\ndef f(): ...\n`;
    expect(await fixed(text)).to.deep.equal({text, findings: []});
  });

  it('are not called unused where a language that they may be for is switched off', async () => {
    expect(await fixed(LOOP, {dialectSettings: {loop: 'off'}})).to.deep.equal({text: LOOP, findings: []});
    const other = `x = 1  # noqa: RL203\n`;
    expect((await fixed(other, {dialectSettings: {loop: 'off'}})).text).to.equal('x = 1\n');
  });

  it('leave an empty line at the top, where a comment would become the one that names the encoding', async () => {
    const cookie = `# vim: set fileencoding=latin-1 :\n`;
    const start = '#!/usr/bin/env python\n';
    expect((await fixed(`${start}${UNUSED}`)).text).to.equal(`${start}x = 1\n`);
    expect((await fixed(`${start}# retry-lint-ignore RL203: no\n${cookie}`)).text).to.equal(`${start}\n${cookie}`);
    expect((await fixed(`# retry-lint-disable RL203 -- no\n\n${cookie}`)).text).to.equal(`\n\n${cookie}`);
    expect((await fixed(`\n\n${UNUSED}`)).text).to.equal('\n\nx = 1\n');
  });

  it('stay where they name the encoding themselves', async () => {
    const text = '# retry-lint-ignore RL203: coding: latin-1\nx = 1\n';
    expect((await fixed(text)).text).to.equal(text);
    expect((await fixed(`\n\n${text}`)).text).to.equal('\n\nx = 1\n');
  });
});
