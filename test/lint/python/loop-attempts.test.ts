import {loopCases} from './loop-cases.ts';

/** The finding of a number far above the limit. */
const many = (at: string, attempts: number): string =>
  `${at} error RL201 A failing call makes up to ${attempts} attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.`;

loopCases('how often a loop tries', [
  {
    name: 'a literal bound above five',
    text: `import time
import requests
def fetch(url):
    for attempt in range(8):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            pass
    raise TimeoutError
`,
    findings: [
      '4:5-28 warning RL201 A failing call makes up to 8 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
      '4:5-28 error RL204 Failed attempts are retried at once: all 7 retries wait 0 s. Set a wait.',
    ],
  },
  {
    name: 'a bound that starts at one',
    text: `import time
import requests
def fetch(url):
    for attempt in range(1, 8):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(wait(attempt))
    raise TimeoutError
`,
    findings: [
      '4:5-31 warning RL201 A failing call makes up to 7 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: "a parameter's default",
    text: `import time
import requests
def fetch(url, retries=25):
    for attempt in range(retries):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(wait(attempt))
    raise TimeoutError
`,
    findings: [
      '4:5-34 error RL201 A failing call makes up to 25 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a number above which no turn is tried by itself: a default',
    text: `import time
import requests
def fetch(url, limit=600):
    n = 0
    while n < limit:
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError:
            n += 1
            time.sleep(wait(n))
    raise TimeoutError
`,
    findings: [many('5:5-20', 600)],
  },
  {
    name: 'a range of a thousand turns',
    text: `import time
import requests
def fetch(url):
    for _ in range(1000):
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            time.sleep(wait(error))
    raise TimeoutError
`,
    findings: [many('4:5-25', 1000)],
  },
  {
    name: 'a last attempt within a range that goes on',
    text: `import time
import requests
def fetch(url):
    for attempt in range(10**6):
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            if attempt >= 450:
                raise
            time.sleep(wait(error))
`,
    findings: [many('4:5-32', 451)],
  },
  {
    name: 'a counter that ends an endless loop',
    text: `import time
import requests
def fetch(url):
    left = 5000.0
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            left -= 0.5
            if left <= 0:
                raise
            time.sleep(wait(error))
`,
    findings: [many('5:5-15', 10_000)],
  },
  {
    name: 'an answer that is retried until a far attempt',
    text: `import time
import requests
def fetch(url):
    attempt = 0
    while True:
        response = requests.get(url, timeout=5)
        attempt += 1
        if response.status_code == 429 and attempt < 300:
            time.sleep(wait(response))
            continue
        return response
`,
    findings: [many('5:5-15', 300)],
  },
  {
    name: 'a number that is met exactly',
    text: `import time
import requests
def fetch(url):
    n = 700
    while n != 0:
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            n -= 1
            time.sleep(wait(error))
    raise TimeoutError
`,
    findings: [many('5:5-17', 700)],
  },
  {
    name: 'a sum of growing parts says nothing',
    text: `import time
import requests
def fetch(url):
    n = 0
    total = 0
    while total < 10**9:
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            n += 1
            total += n
            time.sleep(wait(error))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a wait that doubles without a cap ends nothing',
    text: `import time
import requests
def fetch(url):
    delay = wait(url)
    factor = 1
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError as error:
            factor *= 2
            time.sleep(delay * factor)
`,
    findings: [
      '6:5-15 error RL201 A failing call never ends: the number of attempts is not limited and there is no deadline. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a parameter without a default says nothing',
    text: `import time
import requests
def fetch(url, retries):
    for attempt in range(retries):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(wait(attempt))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'an attribute of self',
    text: `import requests
class C:
    def __init__(self, max_retries=12):
        self.max_retries = max_retries
    def get(self, url):
        for attempt in range(self.max_retries):
            try:
                return requests.get(url, timeout=5).json()
            except requests.Timeout:
                self.wait(attempt)
        raise TimeoutError
`,
    findings: [
      '6:9-47 warning RL201 A failing call makes up to 12 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a counter in while True',
    text: `import time
import requests
def fetch(url):
    attempt = 0
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            attempt += 1
            if attempt > 9:
                raise
            time.sleep(wait(attempt))
`,
    findings: [
      '5:5-15 warning RL201 A failing call makes up to 10 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a counter that falls',
    text: `import time
import requests
def fetch(url):
    retries = 7
    while retries > 0:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            retries -= 1
            time.sleep(wait(retries))
    raise TimeoutError
`,
    findings: [
      '5:5-22 warning RL201 A failing call makes up to 7 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'not done and a counter',
    text: `import time
import requests
def fetch(url):
    done = False
    attempt = 0
    while not done and attempt < 7:
        try:
            r = requests.get(url, timeout=5).json()
            done = True
        except requests.Timeout:
            attempt += 1
            time.sleep(wait(attempt))
    return r
`,
    findings: [
      '6:5-35 warning RL201 A failing call makes up to 7 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a bound deep in self',
    text: `import time, random, logging
logger = logging.getLogger()
class C:
    def call(self, prompt):
        last_exc = None
        for attempt in range(1, self.cfg.max_retries + 1):
            try:
                return self._do_request(prompt)
            except Exception as exc:
                last_exc = exc
                if attempt < self.cfg.max_retries:
                    sleep_for = self.cfg.base * (2 ** (attempt - 1)) + random.uniform(0, 1)
                    logger.warning("x")
                    time.sleep(sleep_for)
        raise RuntimeError("failed") from last_exc
`,
    findings: [
      '9:13-36 warning RL103 Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: except (ConnectionError, TimeoutError).',
    ],
  },
]);
