import {loopCases} from './loop-cases.ts';

loopCases('loops without an end', [
  {
    name: 'no bound at all',
    text: `import time
import requests
def fetch(url):
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            print("retrying")
            time.sleep(wait())
`,
    findings: [
      '4:5-15 error RL201 A failing call never ends: the number of attempts is not limited and there is no deadline. Set the number of attempts to 3.',
    ],
  },
  {
    name: 'a deadline ends it',
    text: `import time
import requests
def fetch(url):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            print("retrying")
            time.sleep(wait())
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a test that is not known may end it',
    text: `import time
import requests
def fetch(url):
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            if self.stopped():
                raise
            print("retrying")
            time.sleep(wait())
`,
    findings: [],
  },
  {
    name: 'a worker',
    text: `import time
import requests
def work(queue):
    while True:
        job = queue.get()
        try:
            requests.post("https://a.example/jobs", json=job, timeout=5)
        except requests.RequestException:
            print("retry later")
            time.sleep(5)
`,
    findings: [],
  },
  {
    name: 'a stop event',
    text: `import time
import requests
def fetch(url):
    while not self.stop.is_set():
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            print("retrying")
            time.sleep(wait())
`,
    findings: [],
  },
  {
    name: 'a throttled answer, for ever',
    text: `import time, requests
def get(url):
    while True:
        r = requests.get(url, timeout=5)
        if r.status_code == 429:
            time.sleep(60)
            continue
        return r.json()
`,
    findings: [
      '3:5-15 error RL201 A failing call never ends: the number of attempts is not limited and there is no deadline. Set the number of attempts to 3.',
      '6:13-27 warning RL203 Retries come in bursts: the waits of 60 s, 60 s, 60 s and so on are equal for all clients that failed at the same time. Use jitter.',
      '6:13-27 info RL204 Every wait is 60 s: retries do not slow down in a long outage. Double the wait before each retry.',
    ],
  },
]);
