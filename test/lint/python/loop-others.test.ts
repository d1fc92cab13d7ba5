import {loopCases} from './loop-cases.ts';

loopCases('loops that are no retry loops', [
  {
    name: "tenacity's loop",
    text: `from tenacity import Retrying, stop_after_attempt, wait_random_exponential, retry_if_exception_type
import requests
def f(url):
    for attempt in Retrying(stop=stop_after_attempt(3), wait=wait_random_exponential(max=9), retry=retry_if_exception_type(OSError)):
        with attempt:
            return requests.get(url, timeout=5).json()
`,
    findings: [],
  },
  {
    name: 'pages',
    text: `import time
import requests
def f(url):
    rows = []
    for page in range(100):
        try:
            part = requests.get(url, params={"page": page}, timeout=5).json()
        except Exception:
            print("retry")
            time.sleep(1)
            continue
        if not part:
            break
        rows += part
    return rows
`,
    findings: [],
  },
  {
    name: 'a poll of a job',
    text: `import time
import requests
def f(url):
    for attempt in range(50):
        job = requests.get(url, timeout=5).json()
        if job["status"] == "done":
            return job
        time.sleep(2)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'until a server is up',
    text: `import time
import requests
def up(url):
    for attempt in range(50):
        try:
            r = requests.get(url + "/healthz", timeout=5)
            if r.status_code == 200:
                return True
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    return False
`,
    findings: [],
  },
  {
    name: 'a wait by its name',
    text: `import time
def wait_for_database(client):
    for attempt in range(30):
        try:
            return client.request("select 1")
        except Exception:
            time.sleep(1)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a queue',
    text: `import queue
import requests
def f(q):
    retries = 0
    while retries < 9:
        try:
            return requests.post(q.get(timeout=1))
        except queue.Empty:
            retries += 1
`,
    findings: [],
  },
  {
    name: 'JSON asked for again',
    text: `import json
def ask(client, prompt):
    for attempt in range(3):
        try:
            return json.loads(client.generate(prompt))
        except json.JSONDecodeError:
            prompt += "JSON only"
    raise ValueError
`,
    findings: [],
  },
  {
    name: 'training',
    text: `def train(model, data):
    for epoch in range(30):
        try:
            model.run(data)
            break
        except Exception:
            continue
`,
    findings: [],
  },
  {
    name: 'other models',
    text: `def ask(clients, prompt):
    for i in range(3):
        try:
            return clients[i].generate(prompt)
        except Exception:
            print("retry with the next one")
`,
    findings: [],
  },
  {
    name: 'a locked file',
    text: `import time
def save(path, text, max_retries=5):
    delay = 0.1
    for attempt in range(max_retries):
        try:
            with open(path, "w") as f:
                f.write(text)
            return
        except PermissionError:
            time.sleep(delay)
            delay *= 2
`,
    findings: [],
  },
  {
    name: 'a socket that is opened again',
    text: `import asyncio
import aiohttp
async def feed(url, handle):
    backoff = 1
    while True:
        try:
            async with aiohttp.ClientSession() as session:
                async with session.ws_connect(url) as ws:
                    async for message in ws:
                        handle(message)
        except Exception:
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, 60)
`,
    findings: [],
  },
  {
    name: 'a page that is tried again, and used behind the loop',
    text: `import requests, time
def pages(url):
    out, cursor = [], None
    while True:
        for attempt in range(5):
            try:
                r = requests.get(url, params={"cursor": cursor}, timeout=30)
                r.raise_for_status()
                break
            except requests.RequestException as e:
                if attempt == 4:
                    raise
                time.sleep(1.5 ** attempt)
        data = r.json()
        out += data["items"]
        cursor = data.get("next")
        if not cursor:
            return out
`,
    findings: [
      '13:17-43 warning RL203 Retries come in bursts: the waits of 1 s, 1.5 s, 2.25 s and so on are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'a request that waits for a user',
    text: `import time, requests
def device(url, interval):
    while True:
        r = requests.post(url + "/oauth/device", timeout=5)
        if r.status_code == 200:
            return r.json()
        time.sleep(interval)
`,
    findings: [],
  },
  {
    name: 'a pool that is opened at the start',
    text: `import asyncio, asyncpg
async def pool(dsn):
    for attempt in range(10):
        try:
            return await asyncpg.create_pool(dsn)
        except Exception:
            await asyncio.sleep(3)
`,
    findings: [],
  },
  {
    name: 'a poll that waits for a state, and also after an error',
    text: `import time
import requests
def snapshot(url, limit=600):
    attempts = 0
    while attempts < limit:
        try:
            data = requests.get(url, timeout=30).json()
            if data.get("status") == "running":
                attempts += 1
                time.sleep(1)
                continue
            return data
        except requests.ConnectionError:
            attempts += 1
            time.sleep(1)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a poll whose state says that it is over',
    text: `import time
import requests
def fetch_job(url):
    for attempt in range(60):
        try:
            job = requests.get(url, timeout=30).json()
            if job["state"] == "completed":
                return job
            time.sleep(5)
        except requests.ConnectionError:
            time.sleep(5)
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'no poll: an answer that tells of a failure',
    text: `import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            data = requests.get(url, timeout=30).json()
            if data.get("status") == "overloaded":
                time.sleep(1)
                continue
            return data
        except requests.ConnectionError:
            time.sleep(1)
    raise TimeoutError
`,
    findings: [
      '12:13-26 warning RL203 Retries come in bursts: the waits of 1 s and 1 s are equal for all clients that failed at the same time. Use jitter.',
    ],
  },
  {
    name: 'the start of a program, and of a browser, is no call of the network',
    text: `import asyncio
import tempfile
async def launch(self, profile):
    for attempt in range(3):
        try:
            process = await asyncio.create_subprocess_exec('chrome', f'--user-data-dir={profile.dir}')
            return process, await self._wait_for_cdp_url(9222)
        except Exception as e:
            if 'singletonlock' in str(e).lower() and attempt < 2:
                profile.dir = tempfile.mkdtemp()
                await asyncio.sleep(0.5)
                continue
            raise
`,
    findings: [],
  },
]);
