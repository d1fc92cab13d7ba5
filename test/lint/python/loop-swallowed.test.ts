import {loopCases} from './loop-cases.ts';

loopCases('what is left after the last attempt', [
  {
    name: 'falls through',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
`,
    findings: [
      '4:5-10 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'returns None',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return None
`,
    findings: [
      '10:5-16 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'returns an empty list after a log',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    log.error("gave up")
    return []
`,
    findings: [
      '11:5-14 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'a name that only a success sets',
    text: `import random
import time
import requests
def fetch(url):
    data = None
    for attempt in range(3):
        try:
            data = requests.get(url, timeout=5).json()
            break
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return data
`,
    findings: [
      '12:5-16 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'returned on the last attempt',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            if attempt == 2:
                return {}
            time.sleep(random.uniform(0, 5))
`,
    findings: [
      '10:17-26 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'raises',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'raises on the last attempt',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            if attempt == 2:
                raise
            time.sleep(random.uniform(0, 5))
`,
    findings: [],
  },
  {
    name: 'an annotation declares None',
    text: `import random
import time
import requests
def fetch(url) -> dict | None:
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return None
`,
    findings: [],
  },
  {
    name: 'the text of the function declares None',
    text: `import random
import time
import requests
def fetch(url):
    """The answer, or None."""
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return None
`,
    findings: [],
  },
  {
    name: 'an error that callers can tell',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return {"error": "no answer"}
`,
    findings: [],
  },
  {
    name: 'a flag of success',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            requests.put(url, timeout=5)
            return True
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return False
`,
    findings: [],
  },
  {
    name: 'a name that is asked afterwards',
    text: `import random
import time
import requests
def fetch(url):
    data = None
    for attempt in range(3):
        try:
            data = requests.get(url, timeout=5).json()
            break
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    if data is None:
        raise TimeoutError
    return data
`,
    findings: [],
  },
  {
    name: 'returns None in the handler, after the last attempt and after an error that never passes',
    text: `import random
import time
import requests
def fetch(url):
    attempt = 0
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException as error:
            attempt += 1
            if attempt > 3 or not passes(error):
                return None
            time.sleep(random.uniform(0, attempt))
`,
    findings: [
      '12:17-28 warning RL502 After the last attempt the error is dropped: the caller takes a failed call for one without a result. Raise the last error.',
    ],
  },
  {
    name: 'returns None after the last attempt, and raises what never passes',
    text: `import random
import time
import requests
def fetch(url):
    attempt = 0
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException as error:
            attempt += 1
            if not passes(error):
                raise
            if attempt > 3:
                return None
            time.sleep(random.uniform(0, attempt))
`,
    findings: [],
  },
  {
    name: 'nothing where the loop never runs out',
    text: `import itertools
import random
import time
import requests
def fetch(url):
    for attempt in itertools.count():
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    return None
`,
    findings: [
      '6:5-37 error RL201 A failing call never ends: the number of attempts is not limited and there is no deadline. Set the number of attempts to 3.',
      '10:13-45 info RL204 Every wait is up to 5 s: retries do not slow down in a long outage. Double the wait before each retry.',
    ],
  },
]);
