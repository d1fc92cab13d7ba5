/**
 * A safe fix never changes what a reader of the file expects: no rename from one unit, bound, switch, quantile or digit to another, for
 * every field that a policy has.
 */
import {expect} from 'chai';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import {objectsOf, type Shape} from '../../src/policy/shape.ts';
import {policyShape} from '../../src/policy/shapes.ts';
import {runs, sampled} from '../support/runs.ts';

/** A field, and the keys and kinds of the objects around it. */
interface Known {
  readonly field: string;
  readonly siblings: readonly string[];
  readonly wrap: (fields: object) => object;
}

function knownFields(shape: Shape, wrap: Known['wrap'], depth = 0): Known[] {
  return objectsOf(shape).flatMap(({fields}) => {
    const siblings = Object.keys(fields);
    const kind = kindOf(fields.kind);
    return siblings.flatMap(field => {
      const known = {field, siblings, wrap: (inner: object) => wrap({...kind, ...inner})};
      const isList = field === 'routes' || field === 'endpoints' || field === 'limits';
      if (depth > 3) return [known];
      const below = (inner: object): object => wrap({...kind, [field]: isList ? [inner] : inner});
      return [known, ...knownFields(itemOf(fields[field]!), below, depth + 1)];
    });
  });
}

function itemOf(shape: Shape): Shape {
  if ('item' in shape) return itemOf(shape.item);
  return 'of' in shape ? {...shape, of: shape.of.map(itemOf)} : shape;
}

const KINDS = 'exponential linear constant list token-bucket ratio consecutive fixed adaptive'.split(' ');
const kindOf = (shape: Shape | undefined): object => {
  const kind = shape !== undefined && 'fits' in shape ? KINDS.find(each => shape.fits(each)) : undefined;
  return kind === undefined ? {} : {kind};
};

const UNITS =
  'S,Sec,Secs,Seconds,Us,Ns,M,Mins,Minutes,H,Hours,Millis,Kb,KB,Mb,Bytes,Bits,Percent,Pct,PerSecond,PerMinute,Ratio,Count';
const PREFIXES = 'min,max,no,non,not,un,dis,disable,enable,pre,first,last,total,initial,per';

/** Names that differ from a field in what they count, and what a hurried hand may take for it. */
function mutationsOf({field, siblings}: Known): string[] {
  const capital = field.slice(0, 1).toUpperCase() + field.slice(1);
  const stem = field.replace(/(?:Ms|Bytes|PerSecond|PerMinute|Ratio|Share|Cost)$/, '');
  const bare = field.replace(/^(?:min|max)(?=[A-Z])/, '');
  const bareCapital = bare.slice(0, 1).toUpperCase() + bare.slice(1);
  const made = [
    ...UNITS.split(',').flatMap(unit => [stem + unit, field + unit, `${stem}_${unit.toLowerCase()}`]),
    ...PREFIXES.split(',').flatMap(prefix => [prefix + capital, prefix + bareCapital, prefix + field]),
    stem,
    field.replace(/On$/, 'Off'),
    field.replace(/^on$/, 'off'),
    `${field}Off`,
    field.replace(/^min/, 'max'),
    field.replace(/^max/, 'min'),
    ...[5, 9, 10, 25, 50, 75, 90, 95, 98, 99, 100, 999].map(number => field.replace(/\d+/, String(number))),
    ...[0, 1, 2, 9].map(digit => `${field}${digit}`),
    ...field.split('').map((_, at) => field.slice(0, at) + at + field.slice(at + 1)),
  ];
  return [...new Set(made)].filter(name => !siblings.includes(name) && !name.startsWith('x-'));
}

/** The name with the marks by which authors comment a field out where a format has no comments. */
const marked = (name: string): string[] => [
  ...['_', '__', '-', '#', '//', '$', 'x_', 'X-'].map(mark => mark + name),
  ...['_', '__', '-', '#'].map(mark => name + mark),
  `_${name}_`,
];

const normalised = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '');

const known = knownFields(policyShape, fields => fields);
const names = [...new Set(known.map(({field}) => field))];

/** RL004 alone: the other rules would take most of the time. */
const config = {rules: Object.fromEntries(rules.map(({code}) => [code, code === 'RL004' ? 'error' : 'off'] as const))};

/** The keys of a policy after its safe fixes that it did not have before. */
async function renamed(wrap: Known['wrap'], name: string, unsafe = false): Promise<string[]> {
  const text = JSON.stringify(wrap({[name]: unsafe ? '30' : 30}));
  const {text: fixed} = await fixText({path: 'policy.json', files: {'policy.json': text}, config}, {unsafe});
  const keysOf = (json: string): string[] => json.match(/"[^"]+"(?=:)/g) ?? [];
  return fixed === text ? [] : keysOf(fixed).filter(key => !keysOf(text).includes(key));
}

describe('a safe fix of a misspelt field', function () {
  this.timeout(120_000);

  it('is tried on every field of the schema', () => {
    expect(known.length).to.be.above(200);
    expect(names).to.include.members(['attemptTimeoutMs', 'p50', 'failureRatio', 'perMs', 'weight', 'maxEjectedShare']);
  });

  it('never renames across a unit, a bound, a switch, a quantile or a digit', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const each of known) {
      for (const name of sampled(mutationsOf(each), 9)) {
        tried++;
        const keys = await renamed(each.wrap, name);
        // Case, hyphens and underscores are the same name.
        for (const key of keys)
          if (normalised(key.slice(1, -1)) !== normalised(name)) wrong.push(`${name} became ${key}`);
      }
    }
    expect([...new Set(wrong)]).to.deep.equal([]);
    expect(tried).to.be.above(runs(1111, 10_000));
  });

  it('never renames a field of another object', async () => {
    const wrong: string[] = [];
    const objects = new Map(known.map(each => [each.siblings.join(), each]));
    for (const {wrap, siblings} of objects.values())
      for (const name of sampled(names.filter(each => !siblings.includes(each))))
        for (const key of await renamed(wrap, name)) wrong.push(`${name} became ${key} beside ${siblings.join(', ')}`);
    expect(wrong).to.deep.equal([]);
  });

  it('never renames a field that is commented out by a mark before or behind its name', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const {field, wrap} of known) {
      const snake = field.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
      const slip = field.replace(/(?<=^..)./, '');
      for (const name of sampled([field, snake, slip].flatMap(marked), 3)) {
        tried++;
        for (const unsafe of [false, true])
          for (const key of await renamed(wrap, name, unsafe)) wrong.push(`${name} became ${key}`);
      }
    }
    expect([...new Set(wrong)]).to.deep.equal([]);
    expect(tried).to.be.above(runs(2000, 10_000));
  });

  it('leaves a field that is commented out to the author, and the other rules do not read it', async () => {
    const text =
      '{"_idempotentMethods": ["GET", "POST"], "__hedge": {"delayMs": 0}, "breaker_": null, "-deadlineS": 3}';
    expect((await fixText({path: 'p.json', files: {'p.json': text}}, {unsafe: true})).text).to.equal(text);
    const {findings} = await lintText({path: 'p.json', files: {'p.json': text}});
    expect(findings.map(({code, message}) => `${code} ${message}`)).to.deep.equal([
      'RL004 _idempotentMethods is not a field of the policy; did you mean "idempotentMethods"? Begin the name of a note, or of a field that is commented out, with x-: x-idempotentMethods.',
      'RL004 __hedge is not a field of the policy; did you mean "hedge"? Begin the name of a note, or of a field that is commented out, with x-: x-hedge.',
      'RL004 breaker_ is not a field of the policy; did you mean "breaker"? Begin the name of a note, or of a field that is commented out, with x-: x-breaker.',
      'RL004 ["-deadlineS"] is not a field of the policy; did you mean "deadlineMs"? Begin the name of a note, or of a field that is commented out, with x-: x-deadlineS.',
    ]);
    expect(findings.map(({fix, suggestions}) => [fix, ...suggestions.map(({title}) => title)])).to.deep.equal([
      [undefined, 'Rename it to x-idempotentMethods', 'Rename it to idempotentMethods'],
      [undefined, 'Rename it to x-hedge', 'Rename it to hedge'],
      [undefined, 'Rename it to x-breaker', 'Rename it to breaker'],
      [undefined, 'Rename it to x-deadlineS'],
    ]);
  });

  it('leaves a key that is misspelt twice to the author: a second one would be the same key once more', async () => {
    for (const text of [
      '{"maxAttemps": 3, "maxAttemps": 4}',
      '{"deadlineS": 3, "deadlineS": 4}',
      '{"backoff": {"jiter": "none", "jiter": "full"}}',
      '{"_breaker": null, "_breaker": {}}',
    ]) {
      const request = {path: 'p.json', files: {'p.json': text}};
      expect((await fixText(request, {unsafe: true})).text).to.equal(text);
      const {findings} = await lintText(request);
      const remedies = findings
        .filter(({code}) => code === 'RL004')
        .flatMap(({fix, suggestions}) => [fix, ...suggestions]);
      expect(remedies.filter(remedy => remedy !== undefined)).to.deep.equal([]);
    }
  });

  it('cannot mean two fields: those of one object are two slips apart, or differ in what they count', async () => {
    const close: string[] = [];
    // A name between the two, one letter from either.
    for (const {wrap, siblings, field} of known)
      for (const other of siblings.filter(each => each !== field && Math.abs(each.length - field.length) < 2))
        for (const at of sampled([...other].map((_, index) => index))) {
          const between = field.slice(0, at) + other.slice(at);
          if (siblings.includes(between)) continue;
          const keys = await renamed(wrap, between);
          if (keys.length > 0 && isOneLetterFrom(between, field) && isOneLetterFrom(between, other))
            close.push(`${between}: ${field} or ${other}`);
        }
    expect(close).to.deep.equal([]);
  });

  const renames: [wrong: string, right: string][] = [
    ['maxAttemps', 'maxAttempts'],
    ['max_attempts', 'maxAttempts'],
    ['MaxAttempts', 'maxAttempts'],
    ['attemptTimoutMs', 'attemptTimeoutMs'],
    ['attempt-timeout-ms', 'attemptTimeoutMs'],
    ['deadilneMs', 'deadlineMs'],
    ['budgt', 'budget'],
    ['backof', 'backoff'],
    ['idempotentMehtods', 'idempotentMethods'],
  ];
  for (const [wrong, right] of renames) {
    it(`renames ${wrong} to ${right}`, async () => {
      expect(await renamed(fields => fields, wrong)).to.deep.equal([`"${right}"`]);
    });
  }

  const left =
    'attemptTimeoutS baseS minAttempts retryOff deadlineSec deadlineNs deadlineM attemptTimeoutUs maxAttempt bakcof'.split(
      ' ',
    );
  for (const wrong of left) {
    it(`leaves ${wrong} to its author`, async () => {
      expect(await renamed(fields => fields, wrong)).to.deep.equal([]);
      const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify({[wrong]: 30})}});
      expect(findings.filter(({code}) => code === 'RL004')).to.have.length(1);
    });
  }

  const inFailover = (fields: object): object => ({failover: fields});
  for (const [wrong, wrap] of [
    ['shardedKeys', inFailover],
    ['shardKeys', inFailover],
    ['sparedCredentials', inFailover],
    ['replyLimitBytes', (fields: object) => fields],
    ['relayLimitBytes', (fields: object) => fields],
  ] as const)
    it(`leaves ${wrong}, which is another word, to its author`, async () => {
      expect(await renamed(wrap, wrong)).to.deep.equal([]);
    });
});

describe('an unsafe fix of a misspelt field', function () {
  this.timeout(120_000);

  it('never renames across a unit, a bound, a switch, a quantile or a digit, either', async () => {
    const wrong: string[] = [];
    for (const each of known) {
      for (const name of sampled(mutationsOf(each), 9)) {
        // A text is no number of seconds, so that only renames are tried.
        const keys = await renamed(each.wrap, name, true);
        for (const key of keys)
          if (normalised(key.slice(1, -1)) !== normalised(name)) wrong.push(`${name} became ${key}`);
      }
    }
    expect([...new Set(wrong)]).to.deep.equal([]);
  });

  const fixed = async (text: string, path = 'p.json'): Promise<string> =>
    (await fixText({path, files: {[path]: text}, config: {rules: {RL301: 'off'}}}, {unsafe: true})).text;

  it('turns seconds into milliseconds with their value', async () => {
    expect(await fixed('{"attemptTimeoutS": 30, "maxAttempts": 2}')).to.contain('{"attemptTimeoutMs": 30000,');
    expect(await fixed('attemptTimeoutSec: 0.5 # half\nmaxAttempts: 2\n', 'p.yaml')).to.contain(
      'attemptTimeoutMs: 500 # half\n',
    );
  });

  it('never changes a bound, a switch, a quantile or a unit without its value', async () => {
    for (const text of [
      '{"minAttempts": 1}',
      '{"retryOff": [503]}',
      '{"deadlineM": 5}',
      '{"attemptTimeoutUs": 5}',
      '{"attemptTimeoutS": "30"}',
      '{"objective": {"assume": {"latencyMs": {"p90": 300}}}}',
    ])
      expect(await fixed(text), text).to.equal(text);
  });
});

describe('a safe fix of a syntax error', () => {
  const fixed = async (text: string): Promise<string> =>
    (await fixText({path: 'p.json', files: {'p.json': text}})).text;

  it('inserts a comma before a key', async () => {
    expect(await fixed('{"maxAttempts": 3 "deadlineMs": 5000}')).to.equal('{"maxAttempts": 3, "deadlineMs": 5000}');
  });

  for (const text of [
    '{"maxAttempts": 03}',
    '{"backoff": {"kind": "list", "delaysMs": [1 500]}}',
    '{"retryOn": [5 03]}',
    '{"retryOn": ["5" "xx"]}',
    '{"deadlineMs": 1 000, "maxAttempts": 3}',
    '{"backoff": {"baseMs": 100\n  "deadlineMs": 9000}',
  ])
    it(`leaves ${text.replace('\n', ' ')} to its author`, async () => {
      expect(await fixed(text)).to.equal(text);
    });
});

describe('a safe fix', () => {
  const fixed = async (text: string, path = 'p.jsonc'): Promise<string> =>
    (await fixText({path, files: {[path]: text}})).text;

  it('writes no rank of an endpoint', async () => {
    const text =
      '{"endpoints": [{"name": "a", "origin": "https://a.example"}, {"name": "b", "origin": "https://b.example", "rank": 3}]}';
    expect(await fixed(text)).to.equal(text);
  });

  it('removes no comment with an entry that a list has twice', async () => {
    const text = '{\n  "retryOn": [\n    503,\n    429,\n    503 // the proxy in front of it\n  ]\n}\n';
    expect(await fixed(text)).to.equal(text);
    const yaml = 'retryOn:\n  - 503\n  - 429\n  - 503 # the proxy in front of it\n';
    expect(await fixed(yaml, 'p.yaml')).to.equal(yaml);
    expect(await fixed('{"retryOn": [503, 429, 503]}')).to.equal('{"retryOn": [503, 429]}');
  });

  it('removes no comment from a list that gets shorter, even where it is unsafe', async () => {
    const texts = {
      'a.jsonc': '{"retryOn": [\n  "network",\n  404, // the partner is slow to index\n  429, 503\n]}\n',
      'b.jsonc': '{"retryOn": [\n  "network", /* why */ 404, 408,\n  429, 503\n]}\n',
      'c.yaml': 'retryOn:\n  - network\n  - 404 # the partner is slow to index\n  - 429\n  - 503\n',
      'd.yaml': 'retryOn: [network, 404, # the partner\n  429, 503]\n',
    };
    for (const [path, text] of Object.entries(texts)) {
      const result = await fixText({path, files: {[path]: text}}, {unsafe: true});
      const comments = /\/\/.*|\/\*.*?\*\/|#.*/g;
      expect(result.text.match(comments), path).to.deep.equal(text.match(comments));
      expect(result.report.findings.map(({code}) => code)).to.include.members(result.text === text ? ['RL102'] : []);
    }
  });

  it('removes no suppression of a policy that extends a file that cannot be read', async () => {
    const text =
      '{\n  "extends": ["./base.json"],\n  // retry-lint-disable-next-line RL203 -- one client only\n  "backoff": {"baseMs": 200}\n}\n';
    expect(await fixed(text)).to.equal(text);
    const files = {'p.jsonc': text, 'base.json': '{}'};
    expect((await fixText({path: 'p.jsonc', files})).text).not.to.contain('RL203');
  });

  it('extends no other preset than the one that is meant', async () => {
    for (const name of ['steadfetch:mlp', 'steadfetch:lmm', 'steadfetch:mc', 'payments'])
      expect(await fixed(`{"extends": ["${name}"]}`)).to.equal(`{"extends": ["${name}"]}`);
    expect(await fixed('{"extends": ["steadfetch:paymnets"]}')).to.equal('{"extends": ["steadfetch:payments"]}');
  });
});

const isOneLetterFrom = (a: string, b: string): boolean => {
  const short = a.length < b.length ? a : b;
  const long = short === a ? b : a;
  return [...long].some(
    (_, at) =>
      long.slice(0, at) + long.slice(at + 1) === short ||
      (a.length === b.length && a.slice(0, at) + a.slice(at + 1) === b.slice(0, at) + b.slice(at + 1)),
  );
};
