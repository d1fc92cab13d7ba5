/** Loops that test the status of an answer, whatever their counter is called. */

import {expect} from 'chai';
import {findingsOf} from './findings.ts';

const AGAIN = 'time.sleep(random.uniform(0, 2))';

/** A loop of at most four turns: what comes before its body, with the name of the counter for `N`. */
const FORMS: readonly string[] = [
  'for N in range(4):\n',
  'N = 0\n    while N < 4:\n        N += 1\n',
  'N = 0\n    while True:\n        N += 1\n        if N > 4:\n            raise RuntimeError("gave up")\n',
];

/** What ends a loop, and what begins its next turn. */
const TESTS: readonly string[] = [
  ...[
    'r.status_code == 200',
    'r.status_code < 500',
    '200 <= r.status_code < 300',
    'r.status_code // 100 == 2',
    'r.ok',
    'r.is_success',
    'not r.is_error',
    'r.status_code in (200, 201)',
    'r.status_code in [requests.codes.ok]',
    'r.status_code not in (500, 502, 503)',
    'r.status_code not in RETRIED',
    'not (r.status_code >= 500)',
    'r.status_code != 503',
    'good(r)',
    'r.ok and r.json()',
  ].flatMap(test => [`if ${test}:\n            return r.json()\n        ${AGAIN}`, `if ${test}:\n            break`]),
  ...['r.status_code >= 500', 'not r.ok', 'r.status_code in RETRIED', 'r.status_code == 503', 'fails(r)'].flatMap(
    test => [
      `if ${test}:\n            ${AGAIN}\n            continue\n        return r.json()`,
      `if ${test}:\n            ${AGAIN}\n        else:\n            return r.json()`,
    ],
  ),
];

const program = (form: string, name: string, test: string): string => `import random
import time
import requests

RETRIED = {429, 500, 503}


def good(r):
    return r.status_code < 500


def fails(response):
    return response.status_code in (500, 502)


def transfer(body):
    ${form.replaceAll(/\bN\b/g, name)}        r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
        ${test}
    raise RuntimeError("gave up")
`;

const codesOf = async (text: string): Promise<string[]> => (await findingsOf(text)).map(({code}) => code);

describe('loops of Python that test a status', () => {
  for (const test of TESTS)
    it(`are seen: ${test.replaceAll(/\s*\n\s*/g, ' ')}`, async () => {
      for (const form of FORMS)
        for (const name of ['attempt', 'i', 'n', 'count', ...(form.startsWith('for') ? ['_'] : [])])
          expect(await codesOf(program(form, name, test)), `${form}${name}`).to.include('RL101');
    });

  it('are seen when a helper sends the request, or asks the status', async () => {
    const helper = `import time
import requests


def send(body):
    return requests.post("https://bank.example/v1/transfers", json=body, timeout=5)


def transfer(body):
    for i in range(4):
        r = send(body)
        if r.ok:
            return r.json()
        time.sleep(1)
`;
    expect(await codesOf(helper)).to.include('RL101');
  });

  it('are seen when an error of the status begins the next turn', async () => {
    for (const [error, end] of [
      ['requests.HTTPError', 'time.sleep(1)'],
      ['requests.exceptions.RequestException', 'continue'],
      ['Exception as e', 'print(e)'],
    ] as const) {
      const text = `import time
import requests


def transfer(body):
    for _ in range(4):
        try:
            r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
            r.raise_for_status()
            return r.json()
        except ${error}:
            ${end}
`;
      expect(await codesOf(text), error).to.include('RL101');
    }
  });

  it('are seen without any word of retries or waits', async () => {
    const hot = `import requests


def load():
    while True:
        try:
            return requests.post("https://api.example/v1/charges", timeout=3)
        except requests.RequestException:
            pass
`;
    expect(await codesOf(hot)).to.have.members(['RL101', 'RL201', 'RL204']);
    expect(await codesOf(hot.replace('            pass', '            continue'))).to.have.members([
      'RL101',
      'RL201',
      'RL204',
    ]);
    expect(await codesOf(hot.replace('requests.RequestException', 'Exception'))).to.include.members(['RL201', 'RL204']);
    const read = hot.replace(
      'requests.post("https://api.example/v1/charges"',
      'requests.get("https://api.example/v1/rates"',
    );
    expect(await codesOf(read)).to.have.members(['RL201', 'RL204']);
  });

  it('are seen in a function inside of one that is named after retries', async () => {
    const text = `import time


def retry_status(statuses=(429, 503)):
    def wrap(f):
        def again(*args):
            response = f(*args)
            while response.status_code in statuses:
                time.sleep(0.5)
                response = f(*args)
            return response

        return again

    return wrap
`;
    expect(await codesOf(text)).to.include('RL201');
  });

  it('are seen when the head asks the status', async () => {
    const text = `import time
import requests


def transfer(body):
    r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
    while r.status_code >= 500:
        time.sleep(1)
        r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
    return r.json()
`;
    expect(await codesOf(text)).to.include.members(['RL101', 'RL201']);
  });
});
