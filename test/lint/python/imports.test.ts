/** What a file takes from another module of the same repository, one step far. */

import {expect} from 'chai';
import {lintText} from '../../../lint/lint.ts';
import {brings, importsIn} from '../../../lint/source/python-imports.ts';
import {Desk} from '../cli/desk.ts';

const policy = `from tenacity import retry, stop_after_attempt, wait_random_exponential

retry_policy = retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=9))
MAX_RETRIES = 4
`;
const clients = 'from openai import OpenAI\n\nclient = OpenAI()\n';
const ask = 'def ask():\n    return client.responses.create(model="m", input="x")\n';
const decorated = (lines: string, decorator: string): string => `${lines}\n\n@${decorator}\n${ask}`;
const tenacity = 'from tenacity import retry, stop_after_attempt, wait_random_exponential';
const four = 'retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=9))';

/** The messages of RL209 in a file. */
async function amplified(files: Readonly<Record<string, string>>, path = 'app/ask.py'): Promise<string[]> {
  const {findings} = await lintText({path, files});
  return findings
    .filter(({code}) => code === 'RL209')
    .map(({message, range: {start}, related}) =>
      [
        `${start.line}:${start.column}`,
        message.split(' requests')[0],
        ...related.map(({range}) => `${range.start.line}:${range.start.column}`),
      ].join(' | '),
    );
}

describe('imports of the same project', () => {
  it('bring the retry of a decorator', async () => {
    for (const line of ['from .retries import retry_policy', 'from app.retries import retry_policy']) {
      const files = {'app/retries.py': policy, 'app/ask.py': decorated(`${line}\n${clients}`, 'retry_policy')};
      expect(await amplified(files), line).to.deep.equal([
        '7:2 | 4 attempts here × 3 of the OpenAI client make 12 | 7:2 | 4:10',
      ]);
    }
  });

  it('bring a client', async () => {
    const files = {'app/llm.py': clients, 'app/ask.py': decorated(`from .llm import client\n${tenacity}`, four)};
    expect(await amplified(files)).to.deep.equal([
      '4:2 | 4 attempts here × 3 of the OpenAI client make 12 | 4:32 | 6:12',
    ]);
    const patient = {...files, 'app/llm.py': clients.replace('OpenAI()', 'OpenAI(max_retries=0)')};
    expect(await amplified(patient)).to.deep.equal([]);
  });

  it('bring a number', async () => {
    const files = {
      'app/limits.py': 'MAX_RETRIES = 4\n',
      'app/ask.py': decorated(`from .limits import MAX_RETRIES as n\n${tenacity}\n${clients}`, four.replace('4', 'n')),
    };
    expect(await amplified(files)).to.have.lengthOf(1);
    expect(await amplified({...files, 'app/limits.py': 'MAX_RETRIES = 4\nMAX_RETRIES = 1\n'})).to.deep.equal([]);
    expect(
      await amplified({...files, 'app/limits.py': 'import os\nMAX_RETRIES = int(os.environ["N"])\n'}),
    ).to.deep.equal([]);
  });

  it('bring a retry of the same file', async () => {
    const text = decorated(`${tenacity}\n${clients}\npolicy = ${four}`, 'policy');
    expect(await amplified({'app/ask.py': text})).to.deep.equal([
      '8:2 | 4 attempts here × 3 of the OpenAI client make 12 | 8:2 | 4:10',
    ]);
  });

  it('go one step, and in no circle', async () => {
    const files = {
      'app/a.py': 'from .llm import client\n',
      'app/llm.py': clients,
      'app/ask.py': decorated(`from .a import client\n${tenacity}`, four),
    };
    expect(await amplified(files)).to.deep.equal([]);
    const circle = {
      'app/llm.py': 'from .ask import client\n# openai\n',
      'app/ask.py': decorated(`from .llm import client\n${tenacity}`, four),
    };
    expect(await amplified(circle)).to.deep.equal([]);
  });

  it('are read from the repository, and from nowhere else', async () => {
    const text = decorated(`from ..llm import client\n${tenacity}`, four);
    const desk = new Desk({'llm.py': clients, 'shop/app/ask.py': text, '.git/HEAD': ''});
    const codes = async (): Promise<string> => (await desk.run('--format', 'json', 'shop/app')).out;
    expect(await codes()).not.to.include('RL209');
    desk.write('shop/llm.py', clients);
    expect(await codes()).to.include('RL209');
    const outside = new Desk({'llm.py': clients, 'app/ask.py': text, 'app/.git/HEAD': ''});
    expect((await outside.run('--format', 'json', 'app')).out).not.to.include('RL209');
  });

  it('bring something by their text', () => {
    expect(brings(clients, ['client'])).to.equal(true);
    expect(brings('from openai import OpenAI\nclient: OpenAI = OpenAI()\n', ['client'])).to.equal(true);
    expect(brings(clients, ['clients'])).to.equal(false);
    expect(brings('client = connect()\n', ['client'])).to.equal(false);
    expect(brings('# openai\ndef client(a=1): ...\nif client == 1: ...\n', ['client'])).to.equal(false);
    expect(brings('MAX_TRIES = 3\n', ['MAX_TRIES'])).to.equal(true);
  });

  it('are found by their names', () => {
    const paths = (text: string, path = 'src/app/api/ask.py'): string[] =>
      importsIn(text, path).flatMap(({paths: found}) => found);
    expect(paths('from .llm import client')).to.deep.equal(['src/app/api/llm.py', 'src/app/api/llm/__init__.py']);
    expect(paths('from ..llm import (\n  client,\n)')).to.include('src/app/llm.py');
    expect(paths('from . import client')).to.deep.equal(['src/app/api/__init__.py']);
    expect(paths('from app.llm.base import client as c')).to.include('src/app/llm/base.py');
    expect(paths('from llm import client')).to.include('src/app/api/llm.py');
    expect(paths('from ....llm import client')).to.deep.equal(['llm.py', 'llm/__init__.py']);
    expect(paths('from .....llm import client')).to.deep.equal([]);
    expect(paths('from ..llm import client', '../app/ask.py')).to.include('../llm.py');
    expect(paths('from ...llm import client', '../app/ask.py')).to.deep.equal([]);
    expect(paths('from .views import page')).to.deep.equal([]);
    expect(paths('from .llm import LLMClient, OpenAIModel')).to.deep.equal([]);
    expect(paths('from .llm import page, client as c  # ours')).to.have.lengthOf(2);
    expect(paths('from .llm import client', 'ask.js')).to.deep.equal([]);
  });
});
