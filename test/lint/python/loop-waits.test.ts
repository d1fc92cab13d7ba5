import {loopCases} from './loop-cases.ts';

loopCases('how long a loop waits', [
  {
    name: 'a power of two',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(2 ** attempt)
`,
    findings: [
      '12:13-37 warning RL203 Retries come in bursts: the waits of 1 s, 2 s and 4 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a capped power',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(min(2 ** attempt, 3))
`,
    findings: [
      '12:13-45 warning RL203 Retries come in bursts: the waits of 1 s, 2 s and 3 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a line',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(attempt * 2 + 1)
`,
    findings: [
      '12:13-40 warning RL203 Retries come in bursts: the waits of 1 s, 3 s and 5 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'full jitter',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(random.uniform(0, 2 ** attempt))
`,
    findings: [],
  },
  {
    name: 'a sum with a random part',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(2 ** attempt + random.random())
`,
    findings: [],
  },
  {
    name: 'a product with a random part',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(2 ** attempt * (0.5 + random.random()))
`,
    findings: [],
  },
  {
    name: 'a random part that is too small to tell',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(30 + random.random())
`,
    findings: [],
  },
  {
    name: 'a list by the attempt',
    text: `import random
import numpy as np
import time
import requests
DELAYS = [1, 5, 25, 60]
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(DELAYS[attempt])
`,
    findings: [
      '13:13-40 warning RL203 Retries come in bursts: the waits of 1 s, 5 s and 25 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a constant of the file',
    text: `import random
import numpy as np
import time
import requests
DELAY = 2.5
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(DELAY)
`,
    findings: [
      '13:13-30 warning RL203 Retries come in bursts: the waits of 2.5 s, 2.5 s and 2.5 s are equal for all clients that failed at the same time. Use jitter.',
      '13:13-30 info RL204 All 3 waits are 2.5 s: retries do not slow down in a long outage. Double the wait before each retry.',
    ],
  },
  {
    name: 'what the server says',
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(float(error.response.headers["Retry-After"]))
`,
    findings: [],
  },
  {
    name: "numpy's jitter",
    text: `import random
import numpy as np
import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as error:
            if attempt == 3:
                raise
            time.sleep(np.random.uniform(0, 4))
`,
    findings: [
      '12:13-48 info RL204 All 3 waits are up to 4 s: retries do not slow down in a long outage. Double the wait before each retry.',
    ],
  },
  {
    name: 'a delay that doubles to a cap',
    text: `import time
import requests
def fetch(url):
    delay = 1
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(delay)
            delay = min(delay * 2, 4)
    raise TimeoutError
`,
    findings: [
      '9:13-30 warning RL203 Retries come in bursts: the waits of 1 s, 2 s, 4 s and so on are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a helper of the file',
    text: `import time
import requests
def pause(n, base=0.5):
    """Grows."""
    return base * 3 ** n
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(pause(attempt))
    raise TimeoutError
`,
    findings: [
      '11:13-39 warning RL203 Retries come in bursts: the waits of 0.5 s and 1.5 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a helper with jitter',
    text: `import random
import time
import requests
def pause(n):
    top = min(20, 2 ** n)
    return random.uniform(0, top)
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(pause(attempt))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a wait before each attempt but the first',
    text: `import asyncio
import httpx
async def fetch(client: httpx.AsyncClient, url):
    for attempt in range(4):
        if attempt > 0:
            await asyncio.sleep(attempt)
        try:
            return (await client.get(url)).json()
        except httpx.TransportError:
            continue
    raise RuntimeError
`,
    findings: [
      '6:19-41 warning RL203 Retries come in bursts: the waits of 1 s, 2 s and 3 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'none at all',
    text: `import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout as e:
            print("retry", e)
    raise TimeoutError
`,
    findings: ['4:5-28 error RL204 Failed attempts are retried at once: all 3 retries wait 0 s. Set a wait.'],
  },
  {
    name: 'none after one of two errors',
    text: `import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(2)
        except requests.ConnectionError:
            continue
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'none that is seen: a limiter',
    text: `import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            limiter.acquire()
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'one immediate retry',
    text: `import time
import requests
def fetch(url):
    for attempt in range(2):
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError:
            print("stale")
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'none around what only sounds like the network',
    text: `import time
import requests
def fetch(url):
    for attempt in range(4):
        try:
            return thing.call(url)
        except TimeoutError:
            print("retry")
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a script is alone',
    text: `import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(2)
    raise TimeoutError
if __name__ == "__main__":
    fetch("https://a.example")
`,
    findings: [
      '8:13-26 info RL203 Retries come in bursts: the waits of 2 s and 2 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a list of delays',
    text: `import time
import requests
def fetch(url):
    for delay in (1, 3, 9):
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            time.sleep(delay)
    raise TimeoutError
`,
    findings: [
      '8:13-30 warning RL203 Retries come in bursts: the waits of 1 s and 3 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a default for what is not known says nothing',
    text: `import time
import requests
def fetch(url, cfg):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(cfg.first or cfg.second or 60)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a default for a wait that is not known says nothing',
    text: `import time
import requests
from mine import jitter
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(jitter(2**attempt) or 1)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a default for what is known: zero, or None',
    text: `import time
import requests
def fetch(url, wait=None):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(wait or attempt * 0 or 7)
    raise TimeoutError
`,
    findings: [
      '8:13-49 warning RL203 Retries come in bursts: the waits of 7 s and 7 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'the first of two that is no zero, and the second of two of which the first is none',
    text: `import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(2 or 9)
            time.sleep(1 and 4)
    raise TimeoutError
`,
    findings: [
      '8:13-31 warning RL203 Retries come in bursts: the waits of 6 s and 6 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'what is surely true ends it, whatever its value',
    text: `import time
import requests
def fetch(url, ready):
    for attempt in range(90):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError as error:
            if 0 < attempt < 4 and (ready or attempt > 1):
                raise
            time.sleep(wait(error))
`,
    findings: [],
  },
]);

const listed = (head: string, body = 'time.sleep(wait)', start = ''): string => `import time
import requests
${start}
def fetch(url):
    for ${head}:
        try:
            return requests.get(url, timeout=5).json()
        except requests.Timeout:
            ${body}
    raise RuntimeError(url)
`;

loopCases('the list of waits of a loop', [
  ...(
    [
      ['in the head', 'wait in [1, 2, 4]', '1 s and 2 s'],
      ['with a counter', 'attempt, wait in enumerate((1, 5, 25), start=1)', '1 s and 5 s'],
      ['of the file, counted', 'n, wait in enumerate(WAITS)', '2 s and 3 s'],
      ['of two parts', 'wait in [1] + [7, 9]', '1 s and 7 s'],
      ['with another one in it', 'wait in (1, *WAITS)', '1 s, 2 s and 3 s'],
    ] as const
  ).map(([name, head, waits]) => ({
    name,
    text: listed(head, 'time.sleep(wait)', 'WAITS = (2, 3, 5)'),
    findings: [
      `9:13-29 warning RL203 Retries come in bursts: the waits of ${waits} are equal for all clients that failed at the same time. Use jitter.`,
    ],
  })),
  {
    name: 'ends with None, after which nothing is tried',
    text: listed('wait in (1, 4, None)', 'if wait is None:\n                raise\n            time.sleep(wait)'),
    findings: [
      '11:13-29 warning RL203 Retries come in bursts: the waits of 1 s and 4 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {name: 'for one retry', text: listed('attempt in (1, 2)', 'time.sleep(1)'), findings: []},
  {name: 'of things', text: listed('n, wait in enumerate(["a", "b", "c"])', 'time.sleep(n + 1)'), findings: []},
  {name: 'that is not known', text: listed('n, wait in enumerate(waits(3))', 'time.sleep(n + 1)'), findings: []},
]);

const own = (fields: string, attempts = 'self.max_retries'): string => `import dataclasses, random, time
import requests
@dataclasses.dataclass
class Client:
    ${fields}
    def fetch(self, url):
        for attempt in range(${attempts}):
            try:
                return requests.get(url, timeout=5).json()
            except requests.Timeout:
                time.sleep(self.delay * 2**attempt)
        raise RuntimeError(url)
`;

loopCases('the fields of a class', [
  {
    name: 'have the default that stands in the class',
    text: own('max_retries: int = 12\n    delay: float = 0.5'),
    findings: [
      '8:9-47 warning RL201 A failing call makes up to 12 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
      '12:17-52 warning RL203 Retries come in bursts: the waits of 0.5 s, 1 s, 2 s and so on are equal for all clients that failed at the same time. Use jitter.',
      '12:17-52 warning RL206 The wait before retry 10 is up to 256 s; the limit is 60 s. Set a lower cap.',
    ],
  },
  {
    name: 'also where a function gives it',
    text: own('max_retries: int = dataclasses.field(default=12)\n    delay: float = Field(0.5, gt=0)'),
    findings: [
      '8:9-47 warning RL201 A failing call makes up to 12 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
      '12:17-52 warning RL203 Retries come in bursts: the waits of 0.5 s, 1 s, 2 s and so on are equal for all clients that failed at the same time. Use jitter.',
      '12:17-52 warning RL206 The wait before retry 10 is up to 256 s; the limit is 60 s. Set a lower cap.',
    ],
  },
  {name: 'are not known without one', text: own('max_retries: int\n    delay: float'), findings: []},
  {
    name: 'are not known with None',
    text: own('max_retries: int | None = None\n    delay: float | None = None'),
    findings: [],
  },
  {
    name: 'are not known where the class sets them again',
    text: own(
      'max_retries: int = 12\n    delay: float = 0.5\n    def __post_init__(self):\n        self.max_retries = read()\n        self.delay = read()',
    ),
    findings: [],
  },
]);

loopCases('a part of a wait that differs between clients', [
  ...(
    [
      ['the clock', 'time.sleep(2**attempt + time.time() % 1)'],
      ['a hash', 'time.sleep(2**attempt * (1 + hash(url) % 100 / 100))'],
      ['a digest', 'time.sleep(2**attempt + int(hashlib.md5(url.encode()).hexdigest(), 16) % 1000 / 1000)'],
      ['the number of the process', 'time.sleep(2**attempt + os.getpid() % 10 / 10)'],
    ] as const
  ).map(([name, body]) => ({name, text: listed('attempt in range(4)', body, 'import hashlib, os'), findings: []})),
]);

loopCases('an answer that is asked for again because of its length', [
  {
    name: 'waits in no other way than the errors of the network',
    text: `import time
class C:
    def ask(self, messages):
        retry_delay = 0.5
        while True:
            try:
                return self.llm.generate(messages)
            except APIError:
                retry_delay *= 2
                if retry_delay > 60:
                    raise
                time.sleep(retry_delay)
            except FinishReasonLength as error:
                messages.append(error.text)
`,
    findings: [
      '5:9-19 warning RL201 A failing call makes up to 7 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set the number of attempts to 3.',
      '12:17-40 warning RL203 Retries come in bursts: the waits of 1 s, 2 s, 4 s and so on are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
]);
