import {loopCases} from './loop-cases.ts';

loopCases('a POST in a loop', [
  {
    name: 'an order',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://shop.example/v1/orders", json=url, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '7:29-33 error RL101 POST /v1/orders is retried without an idempotency key after a network failure or a timeout, when the server may have processed it: something may be bought or booked twice. Send a key, or remove the triggers.',
    ],
  },
  {
    name: 'a path that says nothing',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post(f"{BASE}/v1/things/{url}/apply", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '7:29-33 warning RL101 POST /v1/things/*/apply is retried without an idempotency key after a network failure or a timeout, when the server may have processed it. Send a key, or remove the triggers.',
    ],
  },
  {
    name: 'PATCH by request',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.request("PATCH", "https://shop.example/v1/carts/1/items", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [
      '7:37-44 warning RL101 PATCH /v1/carts/1/items is retried without an idempotency key after a network failure or a timeout, when the server may have processed it. Send a key, or remove the triggers.',
    ],
  },
  {
    name: 'a key',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://shop.example/v1/orders", headers={"Idempotency-Key": key}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a search',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://shop.example/v1/search", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a query',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://shop.example/graphql", json={"query": url}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a model',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://api.openai.com/v1/chat/completions", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'embeddings',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post(f"{base}/embeddings", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a token',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://id.example/oauth/token", data={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a reranker',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://api.cohere.com/v2/rerank", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'tokenize',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post(f"{host}/tokenize", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a local model',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("http://localhost:11434/api/generate", json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a URL that is not known',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post(url, json={}, timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'after a refusal only',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.post("https://shop.example/v1/orders", json=url, timeout=5).json()
        except RateLimitError:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'GET',
    text: `import random
import time
import requests
def fetch(url):
    for attempt in range(3):
        try:
            return requests.get("https://shop.example/v1/orders", timeout=5).json()
        except requests.Timeout:
            time.sleep(random.uniform(0, 5))
    raise TimeoutError
`,
    findings: [],
  },
  {
    name: 'a status of the server',
    text: `import random
import time
import requests
def place(order):
    for attempt in range(3):
        r = requests.post("https://shop.example/v1/orders", json=order, timeout=5)
        if r.status_code >= 500:
            time.sleep(random.uniform(0, 5))
            continue
        return r.json()
    raise TimeoutError
`,
    findings: [
      '6:22-26 error RL101 POST /v1/orders is retried without an idempotency key after 5xx, when the server may have processed it: something may be bought or booked twice. Send a key, or remove the trigger.',
    ],
  },
  {
    name: 'a throttled status only',
    text: `import random
import time
import requests
def place(order):
    for attempt in range(3):
        r = requests.post("https://shop.example/v1/orders", json=order, timeout=5)
        if r.status_code == 429:
            time.sleep(random.uniform(0, 5))
            continue
        return r.json()
    raise TimeoutError
`,
    findings: [],
  },
]);
