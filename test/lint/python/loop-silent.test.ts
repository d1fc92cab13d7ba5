/** Loops that ask a status, or catch an error, and retry nothing: judged before the linter read any of them. */

import {expect} from 'chai';
import {findingsOf} from './findings.ts';

/** `### name`, and the program below it. Each begins with the imports. */
const PROGRAMS = `
### pages, with a counter of another name
def rows(url):
    found = []
    n = 1
    while True:
        r = requests.get(url, params={"page": n}, timeout=5)
        if r.status_code != 200:
            break
        found += r.json()
        n += 1
    return found

### pages by POST, until one is empty
def rows(url):
    found = []
    for i in range(100):
        r = requests.post("https://crm.example/v1/export", json={"offset": i * 50}, timeout=5)
        if r.status_code == 200:
            if not r.json():
                return found
            found += r.json()
            time.sleep(1)
    return found

### the next page of an answer
def rows(url):
    found = []
    while url:
        r = requests.post(url, timeout=5)
        if not r.ok:
            break
        found += r.json()["rows"]
        url = r.json().get("next")
        time.sleep(0.2)
    return found

### items of a list by their number
def send(items):
    for i in range(len(items)):
        r = requests.post("https://bank.example/v1/transfers", json=items[i], timeout=5)
        if not r.ok:
            return False
        time.sleep(1)
    return True

### items of a list, each
def send(items):
    for item in items:
        r = requests.post("https://bank.example/v1/transfers", json=item, timeout=5)
        if r.status_code >= 500:
            time.sleep(1)
            continue
        print(r.json())

### the first of many that is taken
def send(items):
    for item in items:
        r = requests.post("https://bank.example/v1/transfers", json=item, timeout=5)
        if r.ok:
            return r.json()
    raise RuntimeError("none")

### the first host that answers
def send(body):
    for host in HOSTS:
        r = requests.post(f"{host}/v1/transfers", json=body, timeout=5)
        if r.status_code < 500:
            return r.json()
    raise RuntimeError("none")

### a host by its number
def send(body):
    for i in range(3):
        r = requests.post(f"https://node{i}.example/v1/transfers", json=body, timeout=5)
        if r.ok:
            return r.json()
        time.sleep(1)

### a stack of work
def drain(queue):
    while queue:
        order = queue.pop()
        r = requests.post("https://shop.example/v1/orders", json=order, timeout=5)
        if r.status_code == 201:
            time.sleep(1)
            continue
        return order

### work of a queue, until one is refused
def drain(queue):
    while True:
        order = queue.get()
        r = requests.post("https://shop.example/v1/orders", json=order, timeout=5)
        if r.status_code < 500:
            break
        time.sleep(1)

### the next of an iterator
def drain(rows):
    for _ in range(10):
        row = next(rows)
        r = requests.post("https://shop.example/v1/orders", json=row, timeout=5)
        if r.ok:
            return row
        time.sleep(1)

### a job's state
def wait(job):
    while True:
        r = requests.get(f"https://api.example/jobs/{job}", timeout=5)
        if r.status_code == 200 and r.json()["state"] == "done":
            return r.json()
        time.sleep(5)

### a report that is being made, by 202
def report(number):
    for i in range(60):
        r = requests.get(f"https://api.example/reports/{number}", timeout=5)
        if r.status_code == 200:
            return r.content
        time.sleep(5)
    raise TimeoutError

### a report that is being made, until it is not 202
def report(number):
    while True:
        r = requests.get(f"https://api.example/reports/{number}", timeout=5)
        if r.status_code != 202:
            return r.content
        time.sleep(5)

### a file that is not there yet
def video(url):
    for i in range(60):
        r = requests.get(url, timeout=5)
        if r.status_code == 404:
            time.sleep(10)
            continue
        return r.content

### a job that is asked for by POST
def outcome(token):
    while True:
        r = requests.post("https://api.example/v1/tasks/status", json={"id": token}, timeout=5)
        if r.status_code == 200 and r.json()["status"] == "finished":
            return r.json()
        time.sleep(3)

### the consent of a person, who types a code elsewhere
def login(device):
    for _ in range(60):
        r = requests.post("https://id.example/oauth/token", data={"device_code": device}, timeout=5)
        if r.status_code == 200:
            return r.json()["access_token"]
        time.sleep(5)

### the consent of a person, at an address that is not known
def login(token_url, device):
    while True:
        r = requests.post(token_url, data={"grant_type": GRANT, "device_code": device}, timeout=5)
        if r.ok:
            return r.json()["access_token"]
        time.sleep(5)

### a server that starts
def up(url):
    for _ in range(50):
        if requests.get(url, timeout=1).ok:
            return True
        time.sleep(0.1)
    return False

### a server that starts, asked by POST
def wait_ready(url):
    for i in range(50):
        r = requests.post(url + "/v1/models/warm", timeout=1)
        if r.status_code == 200:
            return
        time.sleep(0.1)

### a beat
def beat(url):
    while True:
        r = requests.post("https://hub.example/v1/beats", timeout=5)
        if r.status_code != 200:
            print("missed")
        time.sleep(30)

### a beat until the key is taken away
def beat(url):
    while True:
        r = requests.post("https://hub.example/v1/beats", timeout=5)
        if r.status_code == 401:
            break
        time.sleep(30)

### a load test
def load():
    for i in range(1000):
        r = requests.post("https://shop.example/v1/orders", json={"item": 3}, timeout=5)
        if r.status_code >= 500:
            print("failed", i)

### a load test until it breaks
def load():
    for i in range(1000):
        r = requests.post("https://shop.example/v1/orders", json={"item": 3}, timeout=5)
        if r.status_code >= 500:
            return i
        time.sleep(0.1)

### a limit that is looked for
def limit():
    n = 0
    while True:
        r = requests.post("https://shop.example/v1/orders", json={"item": 3}, timeout=5)
        if r.status_code == 429:
            break
        n += 1
    return n

### coins that are tossed until one is good, without a server
def toss(coin):
    for i in range(4):
        r = coin.toss()
        if r.ok:
            return r
        time.sleep(1)

### a status of a machine
def move(robot):
    while True:
        status = robot.status
        if status == 200:
            return
        time.sleep(0.1)

### training
def train(model, data):
    for i in range(4):
        r = model.fit(data)
        if r.status_code == 200:
            return r
        time.sleep(1)

### a process
def start(program):
    for i in range(4):
        code = subprocess.call(program)
        if code == 0:
            return
        time.sleep(1)

### a request before the loop
def rows(url):
    r = requests.post("https://shop.example/v1/orders", timeout=5)
    for i in range(4):
        if r.status_code == 200:
            return r.json()[i]
        time.sleep(1)

### one thing after another
def build(body):
    for i in range(3):
        if i == 0:
            r = requests.post("https://shop.example/v1/carts", json=body, timeout=5)
        elif i == 1:
            r = requests.post("https://shop.example/v1/orders", json=body, timeout=5)
        else:
            r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
        if not r.ok:
            return None
    return r.json()

### names that are tried until one is free
def claim(name):
    n = 1
    while True:
        r = requests.post("https://shop.example/v1/names", json={"name": f"{name}{n}"}, timeout=5)
        if r.status_code == 201:
            return r.json()
        n += 1

### a random name until one is free
def claim():
    for _ in range(9):
        name = random.choice(NAMES)
        r = requests.post("https://shop.example/v1/names", json={"name": name}, timeout=5)
        if r.ok:
            return name
        time.sleep(0.5)

### codes that are guessed
def guess(codes):
    for i in range(10000):
        r = requests.post("https://lab.example/v1/open", data={"pin": "%04d" % i}, timeout=5)
        if r.status_code == 200:
            return i

### a person who is asked
def ask():
    while True:
        city = input("city: ")
        r = requests.post("https://weather.example/v1/stations", json={"city": city}, timeout=5)
        if r.ok:
            return r.json()
        print("not found")

### a proxy for each turn
def fetch(url, proxies):
    while True:
        proxy = random.choice(proxies)
        try:
            return requests.get(url, proxies={"https": proxy}, timeout=5).text
        except requests.RequestException:
            pass

### a key for each turn
def ask(body, keys):
    for i in range(len(keys)):
        r = requests.post("https://model.example/v1/jobs", headers={"x-api-key": keys[i]}, json=body, timeout=5)
        if r.status_code != 429:
            return r.json()

### parts of a file
def upload(f, url):
    while True:
        part = f.read(1 << 20)
        if not part:
            break
        r = requests.post("https://store.example/v1/parts", data=part, timeout=5)
        if r.status_code >= 400:
            raise OSError(r.text)

### parts of a file, which stop at a refusal
def upload(f, url):
    at = 0
    while at < SIZE:
        r = requests.patch("https://store.example/v1/parts", headers={"upload-offset": str(at)}, data=f.read(99), timeout=5)
        if not r.ok:
            return at
        at = int(r.headers["upload-offset"])

### redirects
def follow(url):
    for i in range(10):
        r = requests.get(url, allow_redirects=False, timeout=5)
        if r.status_code not in (301, 302):
            return r
        url = r.headers["location"]

### one after another until all is deleted
def clear(url):
    while True:
        r = requests.post("https://shop.example/v1/rows/delete", json={"limit": 1000}, timeout=5)
        if r.json()["deleted"] == 0:
            break
        time.sleep(1)

### a conversation
def talk(lines):
    messages = []
    for i in range(10):
        r = requests.post("https://model.example/v1/turns", json={"messages": messages}, timeout=5)
        if r.status_code != 200:
            break
        messages.append(r.json())
        if r.json()["stop"]:
            return messages

### tools that a model asks for
def agent(messages):
    n = 0
    while n < 8:
        r = requests.post("https://model.example/v1/turns", json={"messages": messages}, timeout=5)
        r.raise_for_status()
        if r.json()["done"]:
            return r.json()
        messages.append(r.json()["message"])
        n += 1

### a stream that is opened again
def listen(url):
    while True:
        try:
            for line in requests.get(url, stream=True, timeout=60).iter_lines():
                handle(line)
        except requests.RequestException:
            pass

### messages that are received in an endless loop
def bot(token):
    offset = 0
    while True:
        try:
            r = requests.get(f"https://bot.example/{token}/updates", params={"offset": offset}, timeout=60)
        except requests.RequestException:
            continue
        for update in r.json():
            offset = update["id"] + 1

### the end of a race
def claim(row):
    while True:
        old = requests.get(row, timeout=5).json()
        r = requests.post("https://shop.example/v1/rows/swap", json={"old": old["tag"], "new": 1}, timeout=5)
        if r.status_code == 409:
            continue
        return r.json()

### a date that goes back
def last(day):
    for i in range(7):
        r = requests.post("https://rates.example/v1/days", json={"day": str(day)}, timeout=5)
        if r.status_code == 200:
            return r.json()
        day = day - timedelta(days=1)

### a try that a flag ends, and a status that nothing asks
def run(url):
    going = True
    while going:
        r = requests.post("https://hub.example/v1/events", timeout=5)
        going = r.json()["more"]
        time.sleep(1)

### one attempt
def send(body):
    for _ in range(1):
        r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
        if r.ok:
            return r.json()
    raise RuntimeError

### an end after each answer
def send(body):
    while True:
        r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
        if r.ok:
            return r.json()
        raise RuntimeError(r.text)

### a key, and a few attempts with growing waits
def send(body, key):
    for i in range(3):
        r = requests.post("https://bank.example/v1/transfers", headers={"Idempotency-Key": key}, json=body, timeout=5)
        if r.status_code < 500:
            return r.json()
        time.sleep(random.uniform(0, 2**i))
    raise RuntimeError

### what was refused, which does no harm
def send(body):
    for i in range(3):
        r = requests.post("https://bank.example/v1/transfers", json=body, timeout=5)
        if r.status_code != 429:
            return r.json()
        time.sleep(random.uniform(0, 2**i))
    raise RuntimeError

### a search with growing waits
def search(body):
    for i in range(3):
        r = requests.post("https://shop.example/v1/search", json=body, timeout=5)
        if r.status_code not in (429, 500, 503):
            return r.json()
        time.sleep(random.uniform(0, 2**i))
    raise RuntimeError
`;

const programs = PROGRAMS.split(/^### /m)
  .slice(1)
  .map(each => {
    const end = each.indexOf('\n');
    return {name: each.slice(0, end), text: `import random\nimport time\nimport requests\n\n\n${each.slice(end + 1)}`};
  });

describe('loops of Python that retry nothing, or nothing that does harm', () => {
  it('are more than 50', () => expect(programs).to.have.length.above(50));

  for (const {name, text} of programs)
    it(name, async () => {
      const findings = await findingsOf(text);
      expect(findings.map(({code, message}) => `${code} ${message}`)).to.deep.equal([]);
    });
});
