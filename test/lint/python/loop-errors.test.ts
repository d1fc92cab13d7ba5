import {loopCases} from './loop-cases.ts';

loopCases('which errors a loop retries', [
  {
    name: 'Exception',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except Exception:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '8:9-25 warning RL103 Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: except (requests.ConnectionError, requests.Timeout).',
    ],
  },
  {
    name: 'nothing named',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '8:9-15 warning RL103 Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: except (requests.ConnectionError, requests.Timeout).',
    ],
  },
  {
    name: 'raised on the last attempt',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except Exception as e:
            if attempt == 2:
                raise
            print(e)
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '8:9-30 warning RL103 Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: except (requests.ConnectionError, requests.Timeout).',
    ],
  },
  {
    name: 'named',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'an isinstance in the handler',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except Exception as e:
            if not isinstance(e, requests.Timeout):
                raise
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'the text of the error in the handler',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except Exception as e:
            message = str(e)
            if "429" in message and attempt < 2:
                time.sleep(random.uniform(0, 5))
                continue
            raise
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a predicate in the handler',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except Exception as e:
            self.check(e)
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'permanent errors are raised before',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.HTTPError:
            raise
        except Exception:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'only signals are raised before',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except KeyboardInterrupt:
            raise
        except Exception:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '10:9-25 warning RL103 Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: except (requests.ConnectionError, requests.Timeout).',
    ],
  },
  {
    name: 'a refusal returns',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            r = requests.get(url, timeout=5)
            if r.status_code == 404:
                return None
            return r.json()
        except Exception:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
]);
