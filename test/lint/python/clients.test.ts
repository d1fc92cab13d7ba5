/** Clients that retry by themselves inside of what is retried again. The counts were measured against a server that answers 503. */
import {expect} from 'chai';
import {findingsOf, said} from './findings.ts';

const TENACITY =
  'from tenacity import retry, stop_after_attempt, wait_random_exponential, retry_if_exception_type, Retrying\n';
const decorated = (attempts: number, errors = ''): string =>
  `@retry(stop=stop_after_attempt(${attempts}), wait=wait_random_exponential(max=20), reraise=True${errors && `, retry=retry_if_exception_type(${errors})`})`;
const message = (outer: number, inner: number, name: string): string =>
  `${outer} attempts here × ${inner} of ${name} make ${outer * inner} requests per call when every attempt fails; the limit is 3. Retry in one layer.`;
const amplified = (text: string): Promise<string[]> => said(TENACITY + text, ['RL209']);

const OPENAI = 'from openai import OpenAI, AsyncOpenAI, RateLimitError\nimport openai\n';

describe('a client in a function that is retried', () => {
  for (const [title, outer, inner, name, text] of [
    [
      'of the module',
      3,
      3,
      'the OpenAI client',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    return c.responses.create()\n`,
    ],
    [
      'with its retries',
      2,
      6,
      'the OpenAI client',
      `${OPENAI}c = OpenAI(max_retries=5)\n${decorated(2)}\ndef f():\n    return c.responses.create()\n`,
    ],
    [
      'with a constant',
      2,
      5,
      'the OpenAI client',
      `${OPENAI}N = 2\nc = OpenAI(max_retries=N * 2)\n${decorated(2)}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'made in the function',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}${decorated(2)}\ndef f():\n    c = openai.OpenAI()\n    c.files.list()\n`,
    ],
    [
      'made in the call',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}${decorated(2)}\ndef f():\n    OpenAI().chat.completions.create()\n`,
    ],
    [
      'by an alias',
      2,
      3,
      'the OpenAI client',
      `from openai import AsyncAzureOpenAI as Azure\nc = Azure()\n${decorated(2)}\nasync def f():\n    await c.chat.completions.create()\n`,
    ],
    [
      'of the module openai',
      2,
      3,
      'the OpenAI client',
      `import openai as ai\n${decorated(2)}\ndef f():\n    ai.chat.completions.create()\n`,
    ],
    [
      'of langfuse',
      2,
      3,
      'the OpenAI client',
      `from langfuse.openai import OpenAI\nc = OpenAI()\n${decorated(2)}\ndef f():\n    c.chat.completions.create()\n`,
    ],
    [
      'with raw responses',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}c = OpenAI()\n${decorated(2)}\ndef f():\n    c.with_raw_response.chat.completions.create()\n`,
    ],
    [
      'with options',
      2,
      5,
      'the OpenAI client',
      `${OPENAI}c = OpenAI(max_retries=0)\n${decorated(2)}\ndef f():\n    c.with_options(max_retries=4).responses.create()\n`,
    ],
    [
      'with a timeout alone',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}c = OpenAI()\n${decorated(2)}\ndef f():\n    c.with_options(timeout=4).responses.create()\n`,
    ],
    [
      'of a function',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}def client():\n    return OpenAI()\n${decorated(2)}\ndef f():\n    client().responses.create()\n`,
    ],
    [
      'of one of two branches, the smaller',
      2,
      2,
      'the OpenAI client',
      `${OPENAI}if x:\n    c = OpenAI(max_retries=1)\nelse:\n    c = OpenAI(base_url=x)\n${decorated(2)}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'of Anthropic',
      2,
      3,
      'the Anthropic client',
      `import anthropic\nc = anthropic.AnthropicBedrock()\n${decorated(2, 'anthropic.APIStatusError')}\ndef f():\n    c.messages.create()\n`,
    ],
    [
      'whose error is named',
      2,
      3,
      'the OpenAI client',
      `${OPENAI}c = OpenAI()\n${decorated(2, '(ValueError, RateLimitError)')}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'of LangChain',
      2,
      3,
      'the model ChatOpenAI',
      `from langchain_openai import ChatOpenAI\nm = ChatOpenAI(model="x")\n${decorated(2)}\ndef f():\n    m.invoke("x")\n`,
    ],
    [
      'of LangChain, with None',
      2,
      3,
      'the model ChatOpenAI',
      `from langchain_openai import ChatOpenAI\nm = ChatOpenAI(max_retries=None)\n${decorated(2)}\ndef f():\n    m.invoke("x")\n`,
    ],
    [
      'of a chain',
      2,
      3,
      'the model ChatAnthropic',
      `from langchain_anthropic import ChatAnthropic\nm = prompt | ChatAnthropic() | parser\n${decorated(2)}\nasync def f():\n    await m.ainvoke("x")\n`,
    ],
    [
      'of init_chat_model',
      2,
      2,
      'the chat model',
      `from langchain.chat_models import init_chat_model\nm = init_chat_model("claude-x", max_retries=1)\n${decorated(2)}\ndef f():\n    m.bind_tools([]).invoke("x")\n`,
    ],
    [
      'of with_retry',
      2,
      6,
      'the model ChatOpenAI and its with_retry',
      `from langchain_openai import ChatOpenAI\nm = ChatOpenAI(max_retries=0).with_retry(stop_after_attempt=6)\n${decorated(2)}\ndef f():\n    m.invoke("x")\n`,
    ],
    [
      'of LiteLLM',
      2,
      4,
      'LiteLLM (at least)',
      `import litellm\n${decorated(2)}\ndef f(m):\n    litellm.completion(model=m, num_retries=3)\n`,
    ],
    [
      'of LiteLLM for OpenAI',
      2,
      3,
      'LiteLLM',
      `from litellm import acompletion\n${decorated(2, 'openai.RateLimitError')}\nasync def f():\n    await acompletion(model="openai/gpt-4o")\n`.replace(
        'from',
        'import openai\nfrom',
      ),
    ],
    [
      'of the router of LiteLLM',
      2,
      3,
      'the router of LiteLLM',
      `from litellm import Router\nr = Router(model_list=[])\n${decorated(2)}\nasync def f():\n    await r.acompletion(model="a")\n`,
    ],
    [
      'of a session',
      2,
      4,
      'the session of requests',
      `import requests\nfrom requests.adapters import HTTPAdapter, Retry\ns = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503])))\n${decorated(2)}\ndef f():\n    s.get("x")\n`,
    ],
    [
      'of a session that repeats POST',
      2,
      4,
      'the session of requests',
      `import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util.retry import Retry\ns = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=Retry(total=3, status_forcelist=[503], allowed_methods=None)))\n${decorated(2, 'requests.exceptions.RequestException')}\ndef f():\n    s.post("x")\n`,
    ],
  ] as const)
    it(`multiplies: ${title}`, async () => {
      const [found, ...others] = await amplified(text);
      expect(found).to.match(/^\d+:2 RL209 /);
      expect(found).to.contain(` ${outer * inner > 9 ? 'error' : 'warning'} ${message(outer, inner, name)}`);
      expect(others).to.deep.equal([]);
    });

  it('multiplies in an attribute and a method of the class', async () => {
    const text = `${OPENAI}class S:\n    def __init__(self):\n        self.c = AsyncOpenAI()\n    async def _ask(self, x):\n        return await self.c.responses.create(input=x)\n    ${decorated(3, 'openai.APIError')}\n    async def ask(self, x):\n        return await self._ask(x)\n`;
    expect(await amplified(text)).to.deep.equal([`9:6 RL209 warning ${message(3, 3, 'the OpenAI client')}`]);
  });

  it('multiplies in a loop over Retrying', async () => {
    const text = `${OPENAI}c = OpenAI()\ndef f():\n    for attempt in Retrying(stop=stop_after_attempt(4), wait=wait_random_exponential(max=9)):\n        with attempt:\n            c.responses.create()\n`;
    expect(await amplified(text)).to.deep.equal([`6:20 RL209 error ${message(4, 3, 'the OpenAI client')}`]);
  });

  for (const [title, at, outer, text] of [
    [
      'backoff',
      '5:10',
      3,
      `import backoff\n${OPENAI}c = OpenAI()\n@backoff.on_exception(backoff.expo, RateLimitError, max_tries=3)\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'a loop',
      '8:20',
      4,
      `import time, random\n${OPENAI}c = OpenAI()\ndef f():\n    for attempt in range(4):\n        try:\n            return c.responses.create()\n        except openai.APIError:\n            time.sleep(random.random() * 2 ** attempt)\n`,
    ],
    [
      'a loop with a helper',
      '11:20',
      4,
      `import time, random\n${OPENAI}c = OpenAI()\ndef ask():\n    return c.responses.create()\n\ndef f():\n    for attempt in range(4):\n        try:\n            return ask()\n        except Exception:\n            time.sleep(random.random() * 2 ** attempt)\n`,
    ],
  ] as const)
    it(`multiplies in ${title}`, async () => {
      const found = await said(text, ['RL209']);
      expect(found).to.deep.equal([
        `${at} RL209 ${outer > 3 ? 'error' : 'warning'} ${message(outer, 3, 'the OpenAI client')}`,
      ]);
    });

  for (const [title, text] of [
    [
      'backoff with other errors',
      `import backoff\n${OPENAI}c = OpenAI()\n@backoff.on_exception(backoff.expo, (ValueError, KeyError), max_tries=3)\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'backoff that may give up',
      `import backoff\n${OPENAI}c = OpenAI()\n@backoff.on_exception(backoff.expo, openai.APIError, max_tries=3, giveup=is_fatal)\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'a loop with other errors',
      `import time, random, requests\n${OPENAI}c = OpenAI()\ndef f():\n    for attempt in range(4):\n        try:\n            return requests.get(c.responses.create(), timeout=5)\n        except requests.Timeout:\n            time.sleep(random.random() * 2 ** attempt)\n`,
    ],
    [
      'a loop whose body keeps the errors',
      `import time, random, requests\n${OPENAI}c = OpenAI()\ndef f():\n    for attempt in range(4):\n        try:\n            try:\n                x = c.responses.create()\n            except Exception:\n                x = ''\n            return requests.get(x, timeout=5)\n        except Exception:\n            time.sleep(random.random() * 2 ** attempt)\n`,
    ],
    [
      'a task of celery with two retries, since a queue may try again',
      `from celery import shared_task\n${OPENAI}c = OpenAI()\n@shared_task(autoretry_for=(openai.APIError,), max_retries=2, retry_backoff=True)\ndef f():\n    c.responses.create()\n`,
    ],
  ] as const)
    it(`is not said to multiply: ${title}`, async () => {
      expect(await said(text, ['RL209'])).to.deep.equal([]);
    });

  it('shows where the client is made', async () => {
    const text = `${TENACITY}${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    c.responses.create()\n`;
    const [found] = (await findingsOf(text)).filter(({code}) => code === 'RL209');
    const made = found?.related.find(each => each.message === 'This retries by itself.');
    expect(made?.range.start).to.include({line: 4, column: 5});
  });

  for (const [title, text] of [
    ['without retries', `${OPENAI}c = OpenAI(max_retries=0)\n${decorated(3)}\ndef f():\n    c.responses.create()\n`],
    [
      'without retries by an option',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    c.with_options(max_retries=0).responses.create()\n`,
    ],
    [
      'with retries of the environment',
      `${OPENAI}import os\nc = OpenAI(max_retries=int(os.environ["N"]))\n${decorated(3)}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'with retries of settings',
      `${OPENAI}c = OpenAI(max_retries=settings.n)\n${decorated(3)}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'with arguments that are not seen',
      `${OPENAI}c = OpenAI(**options)\n${decorated(3)}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'with options that are not seen',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f(o):\n    c.with_options(**o).responses.create()\n`,
    ],
    ['of a caller', `${OPENAI}${decorated(3)}\ndef f(c: OpenAI):\n    c.responses.create()\n`],
    [
      'of a caller, with a default',
      `${OPENAI}${decorated(3)}\ndef f(c=None):\n    if c is None:\n        c = OpenAI()\n    c.responses.create()\n`,
    ],
    [
      'of a caller of the class',
      `${OPENAI}class S:\n    def __init__(self, c: OpenAI):\n        self.c = c\n    ${decorated(3)}\n    def f(self):\n        self.c.responses.create()\n`,
    ],
    [
      'of one branch that is not known',
      `${OPENAI}c = OpenAI() if a else make()\nif x:\n    d = OpenAI()\nelse:\n    d = make()\n${decorated(3)}\ndef f():\n    c.responses.create()\n    d.responses.create()\n`,
    ],
    [
      'of another library',
      `from llama_index.llms.openai import OpenAI\nc = OpenAI()\n${decorated(3)}\ndef f():\n    c.responses.create()\n`,
    ],
    ['of openai 0', `import openai\n${decorated(3)}\ndef f():\n    openai.ChatCompletion.create()\n`],
    [
      'of the module, which is set',
      `import openai\nopenai.max_retries = 0\n${decorated(3)}\ndef f():\n    openai.chat.completions.create()\n`,
    ],
    ['without a request', `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    c.close()\n    return c.base_url\n`],
    [
      'whose errors are not named',
      `${OPENAI}c = OpenAI()\n${decorated(3, '(ValueError, KeyError, ConnectionError, TimeoutError)')}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'whose errors it does not retry',
      `${OPENAI}c = OpenAI()\n${decorated(3, 'openai.BadRequestError')}\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'of a predicate',
      `${OPENAI}from tenacity import retry_if_exception\nc = OpenAI()\n@retry(stop=stop_after_attempt(3), retry=retry_if_exception(g))\ndef f():\n    c.responses.create()\n`,
    ],
    [
      'whose errors are caught',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    try:\n        c.responses.create()\n    except Exception:\n        return None\n`,
    ],
    [
      'whose errors become others',
      `${OPENAI}c = OpenAI()\n${decorated(3, 'openai.APIError')}\ndef f():\n    try:\n        c.responses.create()\n    except openai.APIError as e:\n        raise Refused() from e\n`,
    ],
    [
      'in a generator',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    yield from c.responses.create(stream=True)\n`,
    ],
    [
      'in a function that is only defined',
      `${OPENAI}c = OpenAI()\n${decorated(3)}\ndef f():\n    def tool():\n        c.responses.create()\n    return tool\n`,
    ],
    [
      'two functions away',
      `${OPENAI}c = OpenAI()\ndef h():\n    c.responses.create()\ndef g():\n    h()\n${decorated(3)}\ndef f():\n    g()\n`,
    ],
    [
      'whose coroutine is returned',
      `${OPENAI}c = AsyncOpenAI()\n${decorated(3)}\ndef f():\n    return c.responses.create()\n`,
    ],
    [
      'of a model that is not known',
      `from langchain.chat_models import init_chat_model\nm = init_chat_model(settings.model)\n${decorated(3)}\ndef f():\n    m.invoke("x")\n`,
    ],
    [
      'of LiteLLM for a vendor that is not known',
      `import litellm\n${decorated(3)}\ndef f(m):\n    litellm.completion(model=m)\n`,
    ],
    [
      'of LiteLLM, which is set',
      `import litellm\nlitellm.num_retries = 0\n${decorated(3)}\ndef f():\n    litellm.completion(model="gpt-4o")\n`,
    ],
    [
      'of a session that connects again',
      `import requests\nfrom requests.adapters import HTTPAdapter\ns = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=3))\n${decorated(3)}\ndef f():\n    s.get("x")\n`,
    ],
    [
      'of a session that does not repeat POST',
      `import requests\nfrom requests.adapters import HTTPAdapter, Retry\ns = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503])))\n${decorated(3)}\ndef f():\n    s.post("x")\n`,
    ],
    [
      'of with_retry, which does not repeat a stream',
      `from langchain_openai import ChatOpenAI\nm = ChatOpenAI(max_retries=0).with_retry()\n${decorated(3)}\ndef f():\n    list(m.stream("x"))\n`,
    ],
    [
      'of another session',
      `import requests\nfrom requests.adapters import HTTPAdapter, Retry\ns = requests.Session()\nt = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503])))\n${decorated(3)}\ndef f():\n    t.get("x")\n`,
    ],
  ] as const)
    it(`is not said to multiply: ${title}`, async () => {
      expect(await amplified(text)).to.deep.equal([]);
    });
});
