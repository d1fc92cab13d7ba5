/** Where clients of model endpoints are made, and `with_retry` of LangChain. */
import {expect} from 'chai';
import {fixText} from '../../../lint/fix.ts';
import {findingsOf, said} from './findings.ts';

const ALL = ['RL103', 'RL201', 'RL203', 'RL204', 'RL209', 'RL301', 'RL410'];
const STRICT = {preset: 'strict'} as const;
const HIDDEN = (what: string): string =>
  `${what} retries 2 times, and waits 600 s for each attempt, although nothing here says so. Write both.`;
const ENDLESS = (what: string): string =>
  `${what} retries 2 times, and has no timeout, although nothing here says so. Write both.`;
const MANY = (attempts: number): string =>
  `A failing call makes up to ${attempts} attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set max_retries to 2.`;
const EVERY =
  'Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: retry_if_exception_type=(RateLimitError, APIConnectionError).';

describe('a client of a model endpoint', () => {
  for (const [text, ...expected] of [
    ['from openai import OpenAI\nc = OpenAI(max_retries=10)', `2:24 RL201 warning ${MANY(11)}`],
    ['from openai import OpenAI as O\nc = O(max_retries=4)'],
    ['from openai import OpenAI\nN = 30\nc = OpenAI(max_retries=N)', `3:24 RL201 error ${MANY(31)}`],
    ['import anthropic\nc = anthropic.AsyncAnthropic(max_retries=7)', `2:42 RL201 warning ${MANY(8)}`],
    [
      'from langchain_openai import AzureChatOpenAI\nc = AzureChatOpenAI(max_retries=7)',
      `2:33 RL201 warning ${MANY(8)}`,
    ],
    ['from openai import OpenAI\nc = OpenAI()\nd = c.with_options(max_retries=9)', `3:32 RL201 warning ${MANY(10)}`],
    ['from openai import OpenAI\nc = OpenAI()\nd = c.with_options(timeout=3)'],
    [
      'from openai import OpenAI\nc = OpenAI(timeout=None)',
      '2:20 RL301 error Attempts have no timeout: one that hangs never ends, and the 2 retries are never sent. Set timeout.',
    ],
    [
      'import httpx\nfrom openai import OpenAI\nc = OpenAI(timeout=httpx.Timeout(None, connect=5))',
      '3:26 RL301 error Attempts have no timeout: one that hangs never ends, and the 2 retries are never sent. Set timeout.',
    ],
    [
      'import httpx\nfrom openai import OpenAI\nc = OpenAI(timeout=httpx.Timeout(None, read=20, connect=5, write=5, pool=5))',
    ],
    ['from openai import OpenAI\nc = OpenAI(timeout=None, max_retries=0)'],
    ['from openai import OpenAI\nimport os\nc = OpenAI(max_retries=int(os.environ["N"]), timeout=settings.timeout)'],
    ['from openai import OpenAI\nc = OpenAI(**kwargs)'],
    ['from openai import OpenAI\nc: OpenAI\ndef f(c: OpenAI) -> OpenAI: ...'],
    ['from unittest.mock import MagicMock\nc = MagicMock(spec="openai.OpenAI")'],
    ['from app import OpenAI\nc = OpenAI(max_retries=30)'],
    [
      'from openai import OpenAI\nclass S(BaseModel):\n    t: float | None = None\n    n: int = 30\n    def f(self): return OpenAI(timeout=self.t, max_retries=self.n)',
      `5:60 RL201 error ${MANY(31)}`,
    ],
    [
      'from openai import OpenAI\nclass S:\n    N = 30\n    def f(self): return OpenAI(max_retries=self.N)',
      `4:44 RL201 error ${MANY(31)}`,
    ],
    ['from litellm import Router\nr = Router(num_retries=30)'],
  ] as const)
    it(`is read: ${text.split('\n').at(-1)}`, async () => {
      expect(await said(text, ALL)).to.deep.equal(expected);
    });

  for (const [text, ...expected] of [
    ['from openai import OpenAI\nc = OpenAI()', `2:5 RL410 warning ${HIDDEN('The OpenAI client')}`],
    ['import anthropic\nc = anthropic.Anthropic(api_key=k)', `2:15 RL410 warning ${HIDDEN('The Anthropic client')}`],
    [
      'from langchain_openai import ChatOpenAI\nc = ChatOpenAI()',
      `2:5 RL410 warning ${ENDLESS('The model ChatOpenAI')}`,
    ],
    ['from openai import OpenAI\nc = OpenAI(max_retries=2)'],
    ['from openai import OpenAI\nc = OpenAI(timeout=60)'],
    ['from openai import OpenAI\nc = OpenAI(http_client=h)'],
    ['from openai import OpenAI\nc = OpenAI(**kwargs)'],
    ['from openai import OpenAI\nc = OpenAI(*args)'],
  ] as const)
    it(`says in the preset strict what is hidden: ${text.split('\n').at(-1)}`, async () => {
      expect(await said(text, ['RL410'], STRICT)).to.deep.equal(expected);
    });

  for (const [before, after] of [
    ['c = OpenAI()', 'c = OpenAI(max_retries=2, timeout=600)'],
    ['c = OpenAI(api_key=k)', 'c = OpenAI(api_key=k, max_retries=2, timeout=600)'],
    ['c = OpenAI(\n    api_key=k,\n)', 'c = OpenAI(\n    api_key=k,\n    max_retries=2,\n    timeout=600,\n)'],
    ['c = ChatOpenAI(model="x")', 'c = ChatOpenAI(model="x", max_retries=2)'],
  ])
    it(`writes what is hidden into ${JSON.stringify(before)}`, async () => {
      const head = 'from openai import OpenAI\nfrom langchain_openai import ChatOpenAI\n';
      const config = {preset: 'strict'} as const;
      const {text} = await fixText(
        {path: 'calls.py', files: {'calls.py': `${head}${before}\n`}, config},
        {unsafe: true},
      );
      expect(text).to.equal(`${head}${after}\n`);
    });

  it('is not rewritten by a fix that is safe, since a timeout of 600 s holds for connecting, too', async () => {
    const [finding] = await findingsOf('from openai import OpenAI\nc = OpenAI()\n', STRICT);
    expect(finding?.fix?.safety).to.equal('unsafe');
  });
});

describe('with_retry of LangChain', () => {
  const HEAD = 'from langchain_openai import ChatOpenAI\nfrom openai import RateLimitError\n';
  for (const [text, ...expected] of [
    [
      'm = ChatOpenAI().with_retry()',
      `3:18 RL103 warning ${EVERY}`,
      '3:18 RL209 warning 3 attempts here × 3 of the model ChatOpenAI make 9 requests per call when every attempt fails; the limit is 3. Retry in one layer.',
    ],
    ['m = ChatOpenAI(max_retries=0).with_retry(retry_if_exception_type=(RateLimitError,))'],
    ['m = ChatOpenAI().with_retry(retry_if_exception_type=(ValueError,))'],
    ['m = ChatOpenAI().with_retry(stop_after_attempt=1, retry_if_exception_type=(RateLimitError,))'],
    ['m = ChatOpenAI().with_retry(stop_after_attempt=settings.n, retry_if_exception_type=(RateLimitError,))'],
    ['m = ChatOpenAI().with_retry(retry_if_exception_type=is_transient)'],
    ['m = ChatOpenAI().with_retry(**options)'],
    ['m = x.with_retry(retry_if_exception_type=(Exception,))', `3:18 RL103 warning ${EVERY}`],
    ['m = x.with_retry(policy)'],
    ['m = x.with_retry(attempts=3)'],
    [
      'm = ChatOpenAI(max_retries=0).with_retry(stop_after_attempt=8, retry_if_exception_type=(RateLimitError,))',
      '3:61 RL201 warning A failing call makes up to 8 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set stop_after_attempt to 3.',
    ],
    [
      'm = ChatOpenAI(max_retries=0).with_retry(wait_exponential_jitter=False, retry_if_exception_type=(RateLimitError,))',
      '3:66 RL204 error Failed attempts are retried at once: both retries wait 0 s. Set a wait.',
    ],
  ] as const)
    it(`is read: ${text}`, async () => {
      expect(await said(`${HEAD}print()\n${text}`.replace('print()\n', ''), ALL)).to.deep.equal(expected);
    });

  it('is asked for only where LangChain is imported', async () => {
    expect(await said('from mylib import x\nm = x.with_retry()', ALL)).to.deep.equal([]);
  });
});
