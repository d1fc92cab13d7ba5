/** What is written at an offset: `|` marks the cursor. */

import {expect} from 'chai';
import {policiesAt} from '../../lint/dialects/policies-at.ts';
import {locate} from '../../lint/editor/locate.ts';
import {gateway} from './dialects/gateway.ts';

async function at(marked: string, path = 'policy.jsonc'): Promise<string> {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = await locate({path, files: {[path]: text}, offset, config: {dialects: [gateway]}});
  if (found === undefined) return 'nothing';
  const {pointer, field, part} = found;
  return `${part} ${pointer}${field === pointer ? '' : ` (${field})`}`;
}

describe('an offset of JSON', () => {
  const cases: [marked: string, found: string][] = [
    ['{"max|Attempts": 3}', 'key maxAttempts'],
    ['{|"maxAttempts": 3}', 'key maxAttempts'],
    ['{"maxAttempts|": 3}', 'key maxAttempts'],
    ['{"maxAttempts":| 3}', 'value maxAttempts'],
    ['{"maxAttempts": 3|}', 'value maxAttempts'],
    ['{"maxAttempts": 3, | "name": "a"}', 'inside '],
    ['{ |}', 'inside '],
    ['|{}', 'value '],
    ['{"backoff": {|}}', 'inside backoff'],
    ['{"backoff": {}|}', 'inside '],
    ['{"backoff": |{}}', 'value backoff'],
    ['{"backoff": {"jitter": "n|one"}}', 'value backoff.jitter'],
    ['{"backoff": {"jiter": "n|one"}}', 'value backoff.jiter (backoff.jitter)'],
    ['{"retryOn": [50|3, 429]}', 'value retryOn[0]'],
    ['{"retryOn": [503,| 429]}', 'inside retryOn'],
    ['{"routes": [{"match": {}, |}]}', 'inside routes[0]'],
    ['{"maxAttempts": |', 'value maxAttempts'],
    ['{"maxAttempts": |}', 'value maxAttempts'],
    ['{"maxAttempts": |, "name": "a"}', 'value maxAttempts'],
    ['{"backoff": {"jitter": "none", |', 'inside backoff'],
    ['{"x-note": {"a|b": 1}}', 'key ["x-note"].ab'],
  ];
  for (const [marked, found] of cases) {
    it(`${marked} is ${found}`, async () => expect(await at(marked)).to.equal(found));
  }
});

describe('an offset of YAML', () => {
  const cases: [title: string, marked: string, found: string][] = [
    ['a key', 'max|Attempts: 3\n', 'key maxAttempts'],
    ['a value', 'maxAttempts: 3|\n', 'value maxAttempts'],
    ['behind a value', 'maxAttempts: 3  |\n', 'value maxAttempts'],
    ['behind a colon', 'maxAttempts: |\n', 'value maxAttempts'],
    ['a new line', 'maxAttempts: 3\n|', 'inside '],
    ['a new line of a block', 'backoff:\n  jitter: none\n  |\nname: a\n', 'inside backoff'],
    ['a new line below a block', 'backoff:\n  jitter: none\n|\n', 'inside '],
    ['a block that is begun', 'backoff:\n  |\n', 'value backoff'],
    ['an entry of a list', 'retryOn:\n  - 50|3\n', 'value retryOn[0]'],
    ['a new line of an entry', 'routes:\n  - match: {}\n    |\n', 'inside routes[0]'],
    ['braces', 'backoff: {|}\n', 'inside backoff'],
    ['an alias', 'x-a: &a {jitter: none}\nbackoff: *|a\n', 'value backoff'],
    ['a second document', 'name: a\n---\nname: |b\n', 'value name'],
    ['a new line before a second document', 'name: a\n|\n---\nname: b\n', 'inside '],
  ];
  for (const [title, marked, found] of cases) {
    it(`in ${title} is ${found}`, async () => expect(await at(marked, 'policy.yaml')).to.equal(found));
  }

  it('is nothing in a file without a policy', async () => expect(await at('|', 'policy.yaml')).to.equal('nothing'));
});

describe('an offset of another dialect', () => {
  it('is a field of a policy, under its own name', async () => {
    const text = 'kind: Gateway\nroutes:\n  - retry_policy: {per_try_timeout: 2|s}\n';
    expect(await at(text, 'gateway.yaml')).to.equal('value routes[0].retry_policy.per_try_timeout (attemptTimeoutMs)');
  });
});

describe('an offset of a policy in another file', () => {
  it('is a field of the policy; outside of it there is none', async () => {
    const text = '{"name": "shop", "retryPolicy": {"maxAttempts": 3}}';
    const request = {
      path: 'package.json',
      files: {'package.json': text},
      config: {dialects: [policiesAt(['/retryPolicy'])]},
    };
    const inside = await locate({...request, offset: text.indexOf('3')});
    expect([inside?.pointer, inside?.field, inside?.part]).to.deep.equal([
      'retryPolicy.maxAttempts',
      'maxAttempts',
      'value',
    ]);
    expect(await locate({...request, offset: text.indexOf('shop')})).to.equal(undefined);
    expect(await locate({...request, offset: text.length})).to.equal(undefined);
  });
});

describe('any offset', () => {
  const texts: [path: string, text: string][] = [
    ['p.json', '{"a": [1, {"b": "c"}], "a": 2, // x\n"routes": [{}, {"match": {"path": "/\u{1F600}"}}]}'],
    ['p.yaml', 'a:\n  - b: [1, 2]\n    c: |\n      text\n  -\n---\n? x\n: y\n<<: {z: 1}\n'],
    ['p.json', '{"a": {"b": [1, '],
  ];
  for (const [path, text] of texts) {
    it(`of ${JSON.stringify(text)} is in the range that is found`, async () => {
      for (let offset = 0; offset <= text.length; offset++) {
        const found = await locate({path, files: {[path]: text}, offset});
        expect(found, String(offset)).not.to.equal(undefined);
      }
    });
  }
});
