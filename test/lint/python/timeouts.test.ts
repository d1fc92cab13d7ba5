/** Requests that a retry waits for, and that have no timeout. */
import {expect} from 'chai';
import {said} from './findings.ts';

const ENDLESS =
  'RL301 error This request has no timeout: one that hangs never ends, and no retry is sent. Set timeout.';

const loopOf = (call: string, start = ''): string => `import random, time, urllib.request
import requests, httpx
${start}
def fetch(url, **options):
    for attempt in range(3):
        try:
            return ${call}
        except (requests.ConnectionError, OSError):
            time.sleep(random.uniform(0, 2**attempt))
    raise RuntimeError(url)
`;

const decorated = (decorator: string, body: string): string => `import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential
@retry(${decorator}retry=retry_if_exception_type(requests.ConnectionError), wait=wait_random_exponential(max=9))
def fetch(url):
    return ${body}
`;

describe('a request without a timeout', () => {
  for (const [name, text, ...expected] of [
    ['of requests', loopOf('requests.get(url)'), `7:29 ${ENDLESS}`],
    ['with None', loopOf('requests.post(url, json={}, timeout=None)'), `7:29 ${ENDLESS}`],
    ['of a session', loopOf('session.get(url).json()', 'session = requests.Session()'), `7:28 ${ENDLESS}`],
    ['of urllib', loopOf('urllib.request.urlopen(url).read()'), `7:35 ${ENDLESS}`],
    [
      'in a function that the loop calls',
      loopOf('send(url)', 'def send(url):\n    return requests.get(url)'),
      `4:21 ${ENDLESS}`,
    ],
    [
      'in a function that tenacity retries',
      decorated('stop=stop_after_attempt(4), ', 'requests.get(url)'),
      `5:21 ${ENDLESS}`,
    ],
  ] as const)
    it(`is reported: ${name}`, async () => {
      expect(await said(text, ['RL301'])).to.deep.equal(expected);
    });

  for (const [name, text] of [
    ['with one', loopOf('requests.get(url, timeout=5)')],
    ['with one that is not known', loopOf('requests.get(url, timeout=options.get("timeout"))')],
    ['with arguments that are not seen', loopOf('requests.get(url, **options)')],
    ['of urllib, by its position', loopOf('urllib.request.urlopen(url, None, 5).read()')],
    ['of httpx, which has one of 5 s', loopOf('httpx.get(url)')],
    ['of an object that is not known', loopOf('options["session"].get(url)')],
    [
      'of a session whose adapter sets it',
      loopOf(
        'session.get(url)',
        'class Adapter(requests.adapters.HTTPAdapter):\n    pass\nsession = requests.Session()\nsession.mount("https://", Adapter())',
      ),
    ],
    [
      'of a process that sets one for all sockets',
      loopOf('urllib.request.urlopen(url)', 'import socket\nsocket.setdefaulttimeout(5)'),
    ],
    ['that an alarm ends', loopOf('requests.get(url)', 'import signal\nsignal.alarm(5)')],
    ['without a retry', decorated('stop=stop_after_attempt(1), ', 'requests.get(url)')],
    ['outside of a retry', 'import requests\ndef f(url):\n    return requests.get(url)\n'],
  ] as const)
    it(`is left alone: ${name}`, async () => {
      expect(await said(text, ['RL301'])).to.deep.equal([]);
    });
});
