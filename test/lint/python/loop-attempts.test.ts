import {loopCases} from './loop-cases.ts';

loopCases('how often a loop tries', [
  {
    name: 'a literal bound above five',
    text: `import time
import requests
def fetch(url):
    for attempt in range(8):
        try:
            return requests.get(url).json()
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
            return requests.get(url).json()
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
            return requests.get(url).json()
        except requests.Timeout:
            time.sleep(wait(attempt))
    raise TimeoutError
`,
    findings: [
      '4:5-34 error RL201 A failing call makes up to 25 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a parameter without a default says nothing',
    text: `import time
import requests
def fetch(url, retries):
    for attempt in range(retries):
        try:
            return requests.get(url).json()
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
                return requests.get(url).json()
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
            return requests.get(url).json()
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
            return requests.get(url).json()
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
            r = requests.get(url).json()
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
