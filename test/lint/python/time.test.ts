/** Files of many equal parts, as machines write them: their time grows with their size, and not with its square. */
import {expect} from 'chai';
import {groupsOf} from '../../../lint/formatters/groups.ts';
import {lintText} from '../../../lint/lint.ts';

const START = 'import requests, tenacity, time\nfrom openai import OpenAI\n';

const PARTS: readonly (readonly [what: string, part: (index: number) => string, start?: string, most?: number])[] = [
  ['calls of a chain', () => '.b()', 'x = a'],
  ['decorated functions', n => `@tenacity.retry(stop=tenacity.stop_after_attempt(3))\ndef g${n}(): return c.get(1)\n`],
  ['clients', n => `c${n} = OpenAI(api_key="k")\n`],
  ['comments', n => `# retry-lint-ignore RL203: reason ${n}\n`],
  ['comments of other linters', n => `x = ${n}  # noqa: RL203\n`],
  [
    'tests in a loop',
    n => `      if x${n}: continue\n      elif y${n}: time.sleep(0)\n`,
    'for a in range(4):\n    try: return requests.get("x", timeout=5)\n    except requests.ConnectionError:\n',
  ],
  [
    'retried functions that call one',
    n => `@tenacity.retry(stop=tenacity.stop_after_attempt(3))\ndef g${n}():\n${'    send()\n'.repeat(9)}`,
    `def send():\n${'    requests.post("u", timeout=5)\n'.repeat(500)}`,
    900,
  ],
  [
    'errors of a try in a loop',
    n => `    except E${n}: time.sleep(a)\n`,
    'for a in range(1000):\n    try: x = requests.get("x", timeout=5); break\n',
    300,
  ],
];

it('a program with more retries than a person writes is not judged', async () => {
  const textOf = (count: number): string => START + Array.from({length: count}, (_, n) => PARTS[2]![1](n)).join('');
  const codesOf = async (count: number) => {
    const {findings, isWhole} = await lintText({path: 'calls.py', files: {'calls.py': textOf(count)}});
    return {isWhole, said: findings.map(({code, message}) => `${code} ${message}`).slice(0, 2)};
  };
  expect(await codesOf(1001)).to.deep.equal({
    isWhole: false,
    said: ['RL006 The file has 1001 retries and clients. Only files with up to 1000 are read.'],
  });
  expect((await codesOf(1000)).isWhole).to.equal(true);
});

it('a report of ten thousand equal findings shows one', async () => {
  const text = START + Array.from({length: 10_000}, (_, n) => PARTS[4]![1](n)).join('');
  const report = await lintText({path: 'calls.py', files: {'calls.py': text}});
  const [group, ...others] = groupsOf({
    reports: [report],
    texts: {},
    rules: [],
    version: '',
    today: () => '2026-11-30',
  });
  expect(others).to.deep.equal([]);
  expect(group!.shown.map(({alike}) => alike.length)).to.deep.equal([9999]);
});

/** Processor time, in milliseconds. */
async function timeOf(text: string): Promise<number> {
  const before = process.cpuUsage();
  await lintText({path: 'calls.py', files: {'calls.py': text}});
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1000;
}

const FAILED = 'def f%n():\n  for a in range(1000):\n    try: x = requests.get("x", timeout=5); break\n';

/** Loops that people do not write, many times over. Each took from two to eight seconds. */
const LONG: readonly (readonly [what: string, text: string])[] = [
  [
    'twenty errors of one call',
    FAILED + Array.from({length: 20}, (_, n) => `    except E${n}: time.sleep(a)\n`).join(''),
  ],
  [
    'three hundred tests in a handler',
    `${FAILED}    except Exception:\n${Array.from({length: 150}, (_, n) => `        if x${n}: continue\n        elif y${n}: time.sleep(${n})\n`).join('')}`,
  ],
  [
    'four hundred sums in a handler',
    `${FAILED}    except Exception:\n${Array.from({length: 400}, (_, n) => `      d = d * 2 + ${n}\n`).join('')}      time.sleep(d)\n`,
  ],
];

describe('the time of loops', () => {
  for (const [what, text] of LONG)
    it(`is short: ${what}`, async () => {
      const all = START + Array.from({length: 60}, (_, n) => text.replace('%n', String(n))).join('');
      // A second, on a machine that does other work, too.
      expect(await timeOf(all)).to.be.below(2500);
    });
});

it('a tree that is too deep to be walked through is not read', async () => {
  const text = `def f():\n    x = c${'.b()'.repeat(20_000)}\n`;
  const {findings} = await lintText({path: 'calls.py', files: {'calls.py': text}});
  expect(findings.map(({code, message}) => `${code} ${message}`)).to.deep.equal([
    'RL006 The code is nested too deeply to be read.',
  ]);
});

describe('the time of a Python file', () => {
  for (const [what, part, start = ''] of PARTS)
    it(`grows with its size: ${what}`, async () => {
      const textOf = (count: number): string => START + start + Array.from({length: count}, (_, n) => part(n)).join('');
      await timeOf(textOf(100));
      const [small, large] = [await timeOf(textOf(500)), await timeOf(textOf(4000))];
      // Eight times as much; sixty-four times, where each part looks at all others.
      expect(large / Math.max(20, small)).to.be.below(24);
    });

  it('is short where a name is set again and again', async () => {
    const start = '@tenacity.retry(stop=tenacity.stop_after_attempt(3))\ndef g(x):\n    x = OpenAI()\n';
    const lines = Array.from({length: 19}, (_, n) => `    x = x.m${n}()\n`).join('');
    expect(await timeOf(START + start + lines)).to.be.below(5000);
  });
});
