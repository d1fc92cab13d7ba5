/** What is found in uses of the libraries of Python, and what is left alone. */

import {expect} from 'chai';
import type {Config} from '../../../lint/config.ts';
import {applyEdits} from '../../../lint/edit/text-edit.ts';
import type {Finding} from '../../../lint/finding.ts';
import {lintText} from '../../../lint/lint.ts';

const path = 'f.py';

async function lint(text: string, config: Config = {}): Promise<readonly Finding[]> {
  return (await lintText({path, files: {[path]: text}, config})).findings;
}

/** What is shown, with its code: `RL203 jitter`. */
async function found(text: string): Promise<string[]> {
  const lines = text.split('\n');
  return (await lint(text))
    .filter(({severity}) => severity !== 'info')
    .map(({code, range: {start, end}}) => `${code} ${lines[start.line - 1]!.slice(start.column - 1, end.column - 1)}`);
}

async function fixed(text: string, code: string, config?: Config): Promise<string> {
  const {fix} = (await lint(text, config)).find(each => each.code === code)!;
  return applyEdits(text, fix!.edits);
}

const decorating = (imports: string, decorator: string): string => `${imports}\n\n@${decorator}\ndef f():\n    pass\n`;

describe('backoff in Python', () => {
  const on = (args: string): string =>
    decorating('import backoff\nimport requests', `backoff.on_exception(backoff.expo, ${args})`);

  const cases: readonly (readonly [name: string, args: string, findings: readonly string[]])[] = [
    ['has no end by default', 'OSError, max_value=30', ['RL201 on_exception']],
    ['ends by attempts', 'OSError, max_tries=4', []],
    ['ends by time', 'OSError, max_time=60', []],
    ['may be asked when it ends', 'OSError, max_tries=lambda: LIMIT', []],
    ['retries every error', 'Exception, max_tries=3', ['RL103 Exception']],
    ['asks whether to give up', 'Exception, max_tries=3, giveup=fatal', []],
    ['has no jitter', 'OSError, max_tries=3, jitter=None', ['RL203 None']],
    ['has a jitter of its own', 'OSError, max_tries=3, jitter=lambda wait: wait + 1', []],
    ['is open', 'Exception, **options', []],
    ['drops the failure', 'OSError, max_tries=3, raise_on_giveup=False', ['RL502 raise_on_giveup']],
  ];
  for (const [name, args, findings] of cases)
    it(name, async () => {
      expect(await found(on(args))).to.deep.equal(findings);
    });

  it('follows imports by another name', async () => {
    const text = decorating('from backoff import on_exception as again, expo', 'again(expo, OSError, max_tries=12)');
    expect(await found(text)).to.include('RL201 12');
  });

  it('leaves polls alone', async () => {
    for (const args of ['', ', lambda job: job.done', ', is_open', ', lambda r: r.json()["status"] == "running"'])
      expect(
        await found(
          decorating('import backoff', `backoff.on_predicate(backoff.constant${args}, interval=1, jitter=None)`),
        ),
        args,
      ).to.deep.equal([]);
  });

  it('retries answers of a server by their status', async () => {
    const on_ = (args: string): string => decorating('import backoff', `backoff.on_predicate(backoff.expo, ${args})`);
    expect(await found(on_('lambda r: r.status_code >= 500, max_value=9'))).to.deep.equal(['RL201 on_predicate']);
    expect(await found(on_('predicate=lambda r: r.status_code == 429, max_tries=3, jitter=None'))).to.deep.equal([
      'RL203 None',
    ]);
    const named = `def fails(response):\n    return response.status in (502, 503)\n\n${on_('fails, max_tries=12, max_value=9')}`;
    expect(await found(named)).to.deep.equal(['RL201 12']);
    expect(await found(on_('lambda r: not r.ok, max_tries=3'))).to.deep.equal([]);
  });

  it('takes out what switches jitter off', async () => {
    const text = on('OSError, max_tries=3, jitter=None');
    expect(await fixed(text, 'RL203')).to.equal(on('OSError, max_tries=3'));
  });

  it('writes a bound', async () => {
    expect(await fixed(on('OSError, max_value=30'), 'RL201')).to.equal(on('OSError, max_value=30, max_tries=3'));
  });
});

describe('stamina in Python', () => {
  const on = (args: string): string => decorating('import stamina', `stamina.retry(on=OSError, ${args})`);

  const cases: readonly (readonly [args: string, findings: readonly string[]])[] = [
    ['', []],
    ['attempts=5', []],
    ['attempts=None', []],
    ['timeout=None', ['RL201 None']],
    ['attempts=None, timeout=None', ['RL201 None']],
    ['attempts=30, timeout=None', ['RL201 30']],
    ['wait_jitter=0', ['RL203 0']],
    ['attempts=ATTEMPTS, wait_max=LONGEST', []],
  ];
  for (const [args, findings] of cases)
    it(args === '' ? 'has good defaults' : args, async () => {
      expect(await found(on(args))).to.deep.equal(findings);
    });

  it('multiplies the requests of a client within its default of 45 s', async () => {
    const asking = (args: string): string =>
      `import anthropic\nimport stamina\n\nclient = anthropic.Anthropic(timeout=5)\n\n\n@stamina.retry(on=anthropic.RateLimitError${args})\ndef ask(q):\n    return client.messages.create(model="m", max_tokens=9, messages=q)\n`;
    for (const args of [', attempts=5', ', attempts=5, timeout=None', ', attempts=5, timeout=45'])
      expect(await found(asking(args)), args).to.deep.equal(['RL209 retry']);
    expect(await found(asking(''))).to.deep.equal(['RL201 retry', 'RL209 retry']);
    // The time ends it before the attempts do.
    expect(await found(asking(', attempts=5, timeout=2'))).to.deep.equal([]);
    expect(await found(asking(', attempts=5').replace('RateLimitError', 'AuthenticationError'))).to.deep.equal([]);
  });

  it('reads a context, and a caller', async () => {
    const text =
      'import stamina\nfor attempt in stamina.retry_context(Exception):\n    pass\ncaller = stamina.RetryingCaller(20, None)\n';
    expect(await found(text)).to.deep.equal(['RL103 Exception', 'RL201 20']);
  });
});

describe('urllib3 in Python', () => {
  const retry = (args: string): string => `from urllib3.util import Retry\nretry = Retry(${args})\n`;

  const cases: readonly (readonly [name: string, args: string, findings: readonly string[]])[] = [
    ['replaces connections at once', 'total=3', []],
    ['retries an overload at once', 'total=3, status_forcelist=[503]', ['RL204 Retry']],
    ['retries an overload at once, once', 'total=1, backoff_factor=1, status_forcelist=[503]', []],
    ['has no jitter', 'total=3, backoff_factor=1, status_forcelist=[503]', ['RL203 1']],
    ['has jitter', 'total=3, backoff_factor=1, backoff_jitter=2, status_forcelist=[503]', []],
    [
      'has ten retries by default',
      'backoff_factor=1, backoff_max=30, backoff_jitter=2, status_forcelist=[503]',
      ['RL201 Retry'],
    ],
    ['has one limit for each failure', 'connect=2, read=2, status=2, status_forcelist=[429]', []],
    ['retries what cannot change', 'total=2, backoff_factor=0, status_forcelist=[429, 401]', ['RL204 0', 'RL102 401']],
    ['repeats every method', 'total=2, allowed_methods=None', ['RL101 None']],
    ['repeats what was lost', 'total=2, status_forcelist=[429], allowed_methods={"POST"}', ['RL101 {']],
    ['repeats nothing that was lost', 'total=2, read=0, status_forcelist=[429], allowed_methods=["POST"]', []],
    [
      'adds a method',
      'total=2, allowed_methods=Retry.DEFAULT_ALLOWED_METHODS | {"PATCH"}',
      ['RL101 Retry.DEFAULT_ALLOWED_METHODS | {"PATCH"}'],
    ],
    ['repeats safe methods', 'total=2, allowed_methods=frozenset(["GET", "HEAD"])', []],
    ['is off', 'total=False', []],
    ['is open', '**options', []],
    [
      'has numbers from elsewhere',
      'total=settings.retries, backoff_factor=settings.factor, status_forcelist=CODES',
      [],
    ],
    ['never ends', 'total=None, connect=5', ['RL201 None']],
  ];
  for (const [name, args, findings] of cases)
    it(name, async () => {
      expect(await found(retry(args))).to.deep.equal(findings);
    });

  const imports = [
    'from urllib3 import Retry',
    'from urllib3.util.retry import Retry',
    'from requests.adapters import HTTPAdapter, Retry',
    'from requests.packages.urllib3.util.retry import Retry',
    'import urllib3\nRetry = urllib3.Retry',
  ];
  for (const line of imports)
    it(line, async () => {
      expect(await found(`${line}\nretry = Retry(total=9)\n`)).to.deep.equal(['RL201 9']);
    });

  it('says that an argument is gone', async () => {
    const config = {packages: {urllib3: '==2.5.0'}};
    const text = retry('total=2, method_whitelist=["GET"]');
    expect((await lint(text, config)).map(({code}) => code)).to.deep.equal(['RL004']);
    expect(await fixed(text, 'RL004', config)).to.equal(retry('total=2, allowed_methods=["GET"]'));
    // A file that knows both names runs with both versions.
    expect(await lint(`${text}\n# allowed_methods since 1.26\n`, config)).to.deep.equal([]);
  });

  it('takes a status out of a list, and leaves a tuple to its author', async () => {
    const text = retry('total=2, status_forcelist=[429, 401]');
    expect(await fixed(text, 'RL102')).to.equal(retry('total=2, status_forcelist=[429]'));
    const findings = await lint(retry('total=2, status_forcelist=(429, 401)'));
    expect(findings.find(({code}) => code === 'RL102')).to.have.property('fix', undefined);
  });

  it('writes a wait', async () => {
    const text = retry('total=3, status_forcelist=[503]');
    expect(await fixed(text, 'RL204')).to.equal(retry('total=3, status_forcelist=[503], backoff_factor=1'));
  });
});

describe('requests in Python', () => {
  const adapter = (args: string): string => `import requests\na = requests.adapters.HTTPAdapter(${args})\n`;

  it('retries connections', async () => {
    for (const args of ['', 'max_retries=3', 'max_retries=RETRIES', '10, 10, 0'])
      expect(await found(adapter(args)), args).to.deep.equal([]);
  });

  it('retries connections often', async () => {
    expect(await found(adapter('max_retries=10'))).to.deep.equal(['RL201 10']);
  });
});

describe('httpx-retries in Python', () => {
  const retry = (args: string): string => `from httpx_retries import Retry\nretry = Retry(${args})\n`;

  const cases: readonly (readonly [args: string, findings: readonly string[]])[] = [
    ['', ['RL201 Retry', 'RL204 Retry']],
    ['total=3, backoff_factor=0.5', []],
    ['total=3, backoff_factor=0.5, backoff_jitter=0', ['RL203 0']],
    ['total=3, backoff_factor=0.5, allowed_methods=["POST"]', ['RL101 [']],
    ['total=3, backoff_factor=0.5, allowed_methods=None', []],
    ['total=3, backoff_factor=0.5, status_forcelist=[404, 503]', ['RL102 404']],
  ];
  for (const [args, findings] of cases)
    it(args === '' ? 'has bad defaults' : args, async () => {
      expect(await found(retry(args))).to.deep.equal(findings);
    });

  it('uses the defaults where a transport has no Retry', async () => {
    const findings = await lint('from httpx_retries import RetryTransport\nt = RetryTransport()\n');
    expect(findings.map(({code}) => code)).to.include.members(['RL201', 'RL204']);
    expect(findings.every(({fix}) => fix === undefined)).to.equal(true);
    const text = 'from httpx_retries import RetryTransport\nt = RetryTransport(retry=policy)\n';
    expect(await found(text)).to.deep.equal([]);
  });
});

describe('google.api_core in Python', () => {
  const retry = (args: string): string => `from google.api_core import retry\nx = retry.Retry(${args})\n`;

  const cases: readonly (readonly [args: string, findings: readonly string[]])[] = [
    ['', []],
    ['timeout=600', []],
    ['timeout=None', ['RL201 None']],
    ['deadline=None', ['RL201 None']],
    ['predicate=is_late, timeout=None', []],
    ['predicate=retry.if_exception_type(Exception)', ['RL103 predicate']],
    ['predicate=retry.if_transient_error', []],
    ['timeout=30, maximum=0.05, initial=0.01', ['RL201 30']],
  ];
  for (const [args, findings] of cases)
    it(args === '' ? 'has good defaults' : args, async () => {
      expect(await found(retry(args))).to.deep.equal(findings);
    });
});

describe('celery in Python', () => {
  const task = (args: string, body = 'pass'): string =>
    `from celery import shared_task\n\n@shared_task(${args})\ndef f(self):\n    ${body}\n`;

  const cases: readonly (readonly [name: string, text: string, findings: readonly string[]])[] = [
    ['retries nothing by itself', task('bind=True, max_retries=50'), []],
    ['waits as long each time', task('autoretry_for=(OSError,)'), ['RL203 shared_task']],
    ['waits with jitter', task('autoretry_for=(OSError,), retry_backoff=True'), []],
    ['waits without', task('autoretry_for=(OSError,), retry_backoff=True, retry_jitter=False'), ['RL203 False']],
    ['has time', task('autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=7200, max_retries=20'), []],
    ['never ends', task('autoretry_for=(OSError,), retry_backoff=True, max_retries=None'), ['RL201 None']],
    ['retries every error', task('autoretry_for=(Exception,), retry_backoff=True'), ['RL103 autoretry_for']],
    ['names exceptions', task('autoretry_for=(Exception,), dont_autoretry_for=(ValueError,), retry_backoff=True'), []],
    ['retries in its body', task('bind=True', 'raise self.retry(countdown=60)'), ['RL203 60']],
    ['computes its waits', task('bind=True', 'raise self.retry(countdown=2 ** self.request.retries)'), []],
    ['is of another queue', task('bind=True').replace('celery', 'huey').replace('pass', 'self.retry()'), []],
  ];
  for (const [name, text, findings] of cases)
    it(name, async () => {
      expect(await found(text)).to.deep.equal(findings);
    });

  it('knows the tasks of an app', async () => {
    const text =
      "from celery import Celery\napp = Celery('x')\n\n@app.task(autoretry_for=(OSError,), max_retries=None, retry_backoff=1)\ndef f(): ...\n";
    expect(await found(text)).to.deep.equal(['RL201 None']);
  });
});

describe('tenacity in Python', () => {
  const on = (args: string): string =>
    decorating('from tenacity import *', `retry(retry=retry_if_exception_type(OSError), ${args})`);

  const cases: readonly (readonly [args: string, findings: readonly string[]])[] = [
    ['stop=stop_after_delay(60), wait=wait_fixed(0)', ['RL201 stop_after_delay', 'RL204 wait_fixed']],
    ['stop=stop_after_delay(60), wait=wait_random_exponential(max=10)', []],
    ['stop=stop_after_attempt(4), wait=wait_fixed(1) + wait_random(0, 0.05)', []],
    ['stop=stop_after_attempt(4), wait=own_wait', []],
    ['stop=stop_after_attempt(limit), wait=wait_random_exponential()', []],
  ];
  for (const [args, findings] of cases)
    it(args, async () => {
      expect(await found(on(args))).to.deep.equal(findings);
    });

  it('does not take the default of a parameter for its value', async () => {
    const text = `from tenacity import *\n\ndef make(tries=1):\n    return Retrying(stop=stop_after_attempt(tries), wait=wait_random_exponential())\n`;
    expect(await found(text)).to.deep.equal(['RL103 Retrying']);
  });
});
