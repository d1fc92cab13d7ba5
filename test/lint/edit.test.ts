/** Changes of a text that leave the rest of it alone. */
import {expect} from 'chai';
import fc from 'fast-check';
import {stringify} from 'yaml';
import {Patch, type Segments} from '../../lint/edit/patch.ts';
import {applyEdits, joinEdits} from '../../lint/edit/text-edit.ts';
import {readSource, toValue} from '../../lint/source/read.ts';
import {documentsOf} from '../../lint/source/unit.ts';
import {runs} from '../support/runs.ts';

type Change = (patch: Patch) => boolean;

/** The text after all the changes; undefined where one of them cannot be made. */
const changed = async (
  text: string,
  changes: Change | readonly Change[],
  path = 'policy.jsonc',
): Promise<string | undefined> => {
  const patch = new Patch(documentsOf(await readSource(path, text))[0]!);
  const list = typeof changes === 'function' ? [changes] : changes;
  if (!list.every(change => change(patch))) return undefined;
  const edits = patch.edits();
  return edits && applyEdits(text, edits);
};

const set =
  (path: Segments, value: unknown): Change =>
  patch =>
    patch.set(path, value);
const remove =
  (...path: Segments): Change =>
  patch =>
    patch.remove(path);
const drop =
  (path: Segments, ...entries: readonly unknown[]): Change =>
  patch =>
    patch.drop(path, entries);
const rename =
  (path: Segments, to: string): Change =>
  patch =>
    patch.rename(path, to);

type Case = [title: string, before: string, change: Change | readonly Change[], after: string | undefined];

/** Lists that get shorter: a comment in what would go may be the reason for it. */
const shortened: Case[] = [
  ['keeps an entry with a comment behind it', '{"a": [\n 1, // one\n 2\n]}', drop(['a'], 1), undefined],
  ['keeps the last entry with a comment behind it', '{"a": [\n 1,\n 2 // two\n]}', drop(['a'], 2), undefined],
  ['keeps a comment between entries', '{"a": [1, /* two */ 2, 3]}', drop(['a'], 1, 2), undefined],
  ['keeps the comments of a list that would be empty', '{"a": [\n // why\n 1\n]}', drop(['a'], 1), undefined],
  ['keeps the comments of a list that is written anew', '{"a": [1, // one\n 2]}', set(['a'], [3]), undefined],
  ['keeps a comment above an entry', '{"a": [\n // one\n 1,\n 2\n]}', drop(['a'], 1), '{"a": [\n // one\n 2\n]}'],
  ['takes an entry that has a mark in it', '{"a": [\n "//",\n 2\n]}', drop(['a'], '//'), '{"a": [\n 2\n]}'],
];

const shortenedYaml: Case[] = [
  ['keeps a line with a comment', 'a:\n  - 1 # one\n  - 2\n', drop(['a'], 1), undefined],
  ['keeps a comment between lines', 'a:\n  - 1\n  # two\n  - 2\n  - 3\n', drop(['a'], 1, 2), undefined],
  ['keeps the comments of a list that is written anew', 'a:\n  - 1 # one\n  - 2\n', set(['a'], [3]), undefined],
  ['takes a line that has a mark in it', 'a:\n  - "# 1"\n  - 2\n', drop(['a'], '# 1'), 'a:\n  - 2\n'],
];

const cases: Case[] = [
  // Setting.
  ['replaces a value', '{"a": 1, "b": 2}', set(['a'], 5), '{"a": 5, "b": 2}'],
  ['replaces an object', '{"a": {"b": 1}}', set(['a'], null), '{"a": null}'],
  ['adds to a line', '{"a": 1}', set(['b'], {c: [1, 2]}), '{"a": 1, "b": {"c": [1, 2]}}'],
  ['adds to an empty object', '{}', set(['a', 'b'], 1), '{"a": {"b": 1}}'],
  ['adds a line', '{\n  "a": 1\n}', set(['b'], 2), '{\n  "a": 1,\n  "b": 2\n}'],
  ['adds a line behind a comment', '{\n  "a": 1 // one\n}', set(['b'], 2), '{\n  "a": 1, // one\n  "b": 2\n}'],
  ['keeps a trailing comma', '{\n  "a": 1, // one\n}', set(['b'], 2), '{\n  "a": 1, // one\n  "b": 2,\n}'],
  ['keeps a trailing comma on a line', '{"a": 1,}', set(['b'], 2), '{"a": 1, "b": 2,}'],
  ['keeps the line ends', '{\r\n\t"a": 1\r\n}', set(['b'], 2), '{\r\n\t"a": 1,\r\n\t"b": 2\r\n}'],
  ['adds below what is there', '{"a": {"b": 1}}', set(['a', 'c'], 2), '{"a": {"b": 1, "c": 2}}'],
  ['puts an object over null', '{"a": null}', set(['a', 'b'], 2), '{"a": {"b": 2}}'],
  ['takes the last of equal keys', '{"a": 1, "a": 2}', set(['a'], 3), '{"a": 1, "a": 3}'],
  ['reaches into lists', '{"a": [{"b": 1}]}', set(['a', 0, 'b'], 2), '{"a": [{"b": 2}]}'],
  ['does not reach below a number', '{"a": 1}', set(['a', 'b'], 2), undefined],
  // Removing.
  ['removes the only entry', '{"a": 1}', remove('a'), '{}'],
  ['removes the first', '{"a": 1, "b": 2}', remove('a'), '{"b": 2}'],
  ['removes the last, and its comma', '{"a": 1, "b": 2}', remove('b'), '{"a": 1}'],
  ['removes a line', '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', remove('b'), '{\n  "a": 1,\n  "c": 3\n}'],
  [
    'removes the last line, and the comma before it',
    '{\n  "a": 1, // one\n  "b": 2\n}',
    remove('b'),
    '{\n  "a": 1 // one\n}',
  ],
  ['removes the last line behind a trailing comma', '{\n  "a": 1,\n  "b": 2,\n}', remove('b'), '{\n  "a": 1,\n}'],
  [
    'keeps the comments of its neighbors',
    '{\n  // a\n  "a": 1,\n  // b\n  "b": 2\n}',
    remove('a'),
    '{\n  // a\n  // b\n  "b": 2\n}',
  ],
  ['removes an entry of a list', '{"a": [1, 2, 3]}', remove('a', 1), '{"a": [1, 3]}'],
  ['keeps the next entry of the same line', '{\n  "a": 1, "b": 2\n}', remove('a'), '{\n  "b": 2\n}'],
  ['keeps the entry before on the same line', '{"a": 1, "b": 2\n}', remove('b'), '{"a": 1\n}'],
  ['removes nothing that is not there', '{"a": 1}', remove('b'), undefined],
  // Dropping.
  ['drops entries', '{"a": [500, 503, 429]}', drop(['a'], 500, 429), '{"a": [503]}'],
  ['drops them all', '{"a": [500]}', drop(['a'], 500), '{"a": []}'],
  ['drops lines', '{"a": [\n  500, // five\n  503,\n  429\n]}', drop(['a'], 503), '{"a": [\n  500, // five\n  429\n]}'],
  ['drops none that is not there', '{"a": [1]}', drop(['a'], 2), '{"a": [1]}'],
  // Lists of scalars, entry by entry.
  ['puts an entry first', '{"a": [500, 503]}', set(['a'], [429, 500, 503]), '{"a": [429, 500, 503]}'],
  ['puts an entry last', '{"a": [500, 503 /* c */]}', set(['a'], [500, 503, 'x']), '{"a": [500, 503, "x" /* c */]}'],
  [
    'puts an entry between',
    '{"a": [500, /* c */ 503]}',
    set(['a'], [500, 1, 2, 503]),
    '{"a": [500, 1, 2, /* c */ 503]}',
  ],
  [
    'puts entries on the line of the first entry, below its comments',
    '{"a": [ // the list\n    // five\n    500, // 5\n    503\n  ]}',
    set(['a'], [1, 2, 500, 503]),
    '{"a": [ // the list\n    // five\n    1, 2, 500, // 5\n    503\n  ]}',
  ],
  [
    'puts an entry on the line of the entry before it',
    '{"a": [\n    500, // 5\n    // three\n    503\n  ]}',
    set(['a'], [500, 501, 503]),
    '{"a": [\n    500, 501, // 5\n    // three\n    503\n  ]}',
  ],
  [
    'puts an entry on the line of the last entry',
    '{"a": [\r\n    500,\r\n    503 // three\r\n  ]}',
    set(['a'], [500, 503, 'x']),
    '{"a": [\r\n    500,\r\n    503, "x" // three\r\n  ]}',
  ],
  [
    'puts an entry last before a bracket on the same line',
    '{"a": [\n    500,\n    503]}',
    set(['a'], [500, 503, 'x']),
    '{"a": [\n    500,\n    503, "x"]}',
  ],
  [
    'takes out lines, and keeps the others',
    '{"a": [\n  500, // 5\n  500,\n  503 // 3\n]}',
    set(['a'], [500, 503]),
    '{"a": [\n  500, // 5\n  503 // 3\n]}',
  ],
  ['replaces a list of which no entry stays', '{"a": [\n  500\n]}', set(['a'], [503]), '{"a": [503]}'],
  ['sets a list twice', '{"a": [500]}', [set(['a'], [429, 500]), set(['a'], [500, 503])], '{"a": [500, 503]}'],
  // Renaming.
  ['renames', '{"jiter": 1}', rename(['jiter'], 'jitter'), '{"jitter": 1}'],
  // Several at once.
  ['adds two on a line', '{"a": 1}', [set(['b'], 2), set(['c'], 3)], '{"a": 1, "b": 2, "c": 3}'],
  ['adds two lines', '{\n  "a": 1\n}', [set(['b'], 2), set(['c'], 3)], '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}'],
  ['adds to what it has added', '{}', [set(['a', 'b'], 1), set(['a', 'c'], 2)], '{"a": {"b": 1, "c": 2}}'],
  ['sets what it has set', '{"a": 1}', [set(['a'], {b: 2}), set(['a', 'c'], 3)], '{"a": {"b": 2, "c": 3}}'],
  ['replaces the last and adds', '{"a": 1}', [set(['a'], 2), set(['b'], 3)], '{"a": 2, "b": 3}'],
  ['removes neighbors', '{"a": 1, "b": 2, "c": 3}', [remove('b'), remove('a')], '{"c": 3}'],
  ['removes the last two', '{"a": 1, "b": 2, "c": 3}', [remove('b'), remove('c')], '{"a": 1}'],
  ['removes one here and one there', '{"a": 1, "b": 2, "c": 3}', [remove('a'), remove('c')], '{"b": 2}'],
  [
    'puts what it adds in the place of the last, which it removes',
    '{\n  "a": 1,\n  "b": 2\n}',
    [remove('b'), set(['c'], 3), set(['d'], 4)],
    '{\n  "a": 1,\n  "c": 3,\n  "d": 4\n}',
  ],
  ['sets what it has removed', '{"a": 1, "b": 2}', [remove('a'), set(['a', 'c'], 3)], '{"a": {"c": 3}, "b": 2}'],
  ['forgets what it changed inside of what goes', '{"a": {"b": 1}}', [set(['a', 'b'], 2), set(['a'], 3)], '{"a": 3}'],
];

const yamlCases: Case[] = [
  ['replaces a value', 'a: 1 # one\n', set(['a'], 'full'), 'a: "full" # one\n'],
  ['replaces a block in the column of its key', 'a:\n- 1\n- 2\nb: 3\n', set(['a'], [4]), 'a: [4]\nb: 3\n'],
  ['adds a line', 'a: 1 # one\n', set(['b'], 2), 'a: 1 # one\nb: 2\n'],
  ['adds a line to a block', 'a:\n  b: 1\nc: 2\n', set(['a', 'd'], 3), 'a:\n  b: 1\n  d: 3\nc: 2\n'],
  [
    'adds to an entry of a list',
    'r:\n  - m: 1\n    n: 2\n',
    set(['r', 0, 'o'], {p: 1}),
    'r:\n  - m: 1\n    n: 2\n    o: {"p": 1}\n',
  ],
  ['adds to braces', 'a: {b: 1}\n', set(['a', 'c'], 2), 'a: {b: 1, "c": 2}\n'],
  ['fills a key without a value', 'a:\nb: 1\n', set(['a', 'c'], 2), 'a: {"c": 2}\nb: 1\n'],
  ['adds at the end of a file without a line end', 'a: 1', set(['b'], 2), 'a: 1\nb: 2'],
  ['removes a line', 'a: 1\nb: 2\nc: 3\n', remove('b'), 'a: 1\nc: 3\n'],
  [
    'adds an entry to the last block before a new key',
    'a:\n  - 1\n',
    [set(['b'], 2), set(['a'], [1, 3])],
    'a:\n  - 1\n  - 3\nb: 2\n',
  ],
  ['removes a block', 'a:\n  b: 1\n  c: 2\nd: 3\n', remove('a'), 'd: 3\n'],
  ['removes the key behind a dash', 'r:\n  - a: 1\n    b: 2\n', remove('r', 0, 'a'), 'r:\n  - b: 2\n'],
  ['does not remove the only key', 'a:\n  b: 1\n', remove('a', 'b'), undefined],
  ['puts another in the place of the only key', 'a:\n  b: 1\n', [remove('a', 'b'), set(['a', 'c'], 2)], 'a:\n  c: 2\n'],
  ['drops entries of a block', 'a:\n  - 500\n  - 503 # x\n', drop(['a'], 500), 'a:\n  - 503 # x\n'],
  ['does not drop every entry of a block', 'a:\n  - 500\n', drop(['a'], 500), undefined],
  [
    'puts lines first, above the comments of the first entry',
    'a:\n  # five\n  - 500 # 5\n  - 503\nb: 1\n',
    set(['a'], [1, 2, 500, 503]),
    'a:\n  - 1\n  - 2\n  # five\n  - 500 # 5\n  - 503\nb: 1\n',
  ],
  [
    'puts lines between and last',
    'a:\r\n- 500 # 5\r\n- 503 # 3\r\nb: 1\r\n',
    set(['a'], [500, 1, 503, 'x']),
    'a:\r\n- 500 # 5\r\n- 1\r\n- 503 # 3\r\n- "x"\r\nb: 1\r\n',
  ],
  [
    'puts an entry into brackets',
    'a: [500, timeout] # c\n',
    set(['a'], [1, 500, 'timeout']),
    'a: [1, 500, timeout] # c\n',
  ],
  [
    'puts an entry into brackets on several lines',
    'a: [\n  500, # 5\n  timeout # t\n]\n',
    set(['a'], [500, 'timeout', 429]),
    'a: [\n  500, # 5\n  timeout, 429 # t\n]\n',
  ],
  ['removes the first line behind a byte order mark', '\uFEFFa: 1\nb: 2\n', remove('a'), '\uFEFFb: 2\n'],
  ['renames', 'jiter: 1\n', rename(['jiter'], 'jitter'), 'jitter: 1\n'],
  ['leaves aliases alone', 'x: &x {a: 1}\ny: *x\n', set(['y', 'a'], 2), undefined],
  ['leaves what a merge key brings alone', 'x: &x\n  a: {b: 1}\ny:\n  <<: *x\n', set(['y', 'a', 'b'], 2), undefined],
];

describe('edits of JSON', () => {
  for (const [title, before, change, after] of [...cases, ...shortened]) {
    it(title, async () => expect(await changed(before, change)).to.equal(after));
  }
});

describe('edits of YAML', () => {
  for (const [title, before, change, after] of [...yamlCases, ...shortenedYaml]) {
    it(title, async () => expect(await changed(before, change, 'policy.yaml')).to.equal(after));
  }
});

type Data = Record<string, unknown>;

describe('any edit', () => {
  const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('full', 'a: b', '#', ''));
  const key = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
  const tree = fc.dictionary(
    key,
    fc.oneof(scalar, fc.array(scalar, {maxLength: 3}), fc.dictionary(key, scalar, {maxKeys: 3})),
    {minKeys: 1, maxKeys: 4},
  );
  const yaml = (options: object) => (value: object) => stringify(value, options);
  const layout = fc.constantFrom<readonly [path: string, write: (value: object) => string]>(
    ['a.jsonc', value => JSON.stringify(value)],
    ['a.jsonc', value => JSON.stringify(value, null, 2)],
    ['a.jsonc', value => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n')],
    ['a.jsonc', value => JSON.stringify(value, null, 2).replaceAll(',\n', ', // note\n')],
    ['a.jsonc', value => JSON.stringify(value, null, 2).replaceAll(/(?<![{[,])\n/g, ',\n')],
    ['a.yaml', yaml({})],
    ['a.yaml', yaml({indentSeq: false})],
    ['a.yaml', yaml({indent: 4, collectionStyle: 'flow'})],
    ['a.yaml', value => yaml({})(value).replaceAll('\n', '\r\n')],
    ['a.yaml', value => yaml({})(value).replaceAll(/(\S)\n/g, '$1 # note\n')],
  );

  /** What a change does to the text, and what it means. */
  const change = fc.oneof(
    fc.record({path: fc.array(key, {minLength: 1, maxLength: 2}), value: scalar}).map(({path, value}) => ({
      name: `set ${path}`,
      make: set(path, value),
      mean: (data: Data) => assign(data, path, value),
    })),
    fc.array(key, {minLength: 1, maxLength: 2}).map(path => ({
      name: `remove ${path}`,
      make: remove(...path),
      mean: (data: Data) => Reflect.deleteProperty(path.length === 1 ? data : (data[path[0]!] as Data), path.at(-1)!),
    })),
    fc.record({field: key, entry: scalar}).map(({field, entry}) => ({
      name: `drop ${field} ${entry}`,
      make: drop([field], entry),
      mean: (data: Data) => Object.assign(data, {[field]: (data[field] as unknown[]).filter(item => item !== entry)}),
    })),
  );

  it('has exactly its effect, alone and with others, and writes a text that can be read', async () => {
    const cases = Number(process.env.FUZZ_CASES ?? runs(1000, 4000));
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        tree,
        layout,
        fc.array(change, {minLength: 1, maxLength: 4}),
        async (value, [path, write], changes) => {
          const text = write(value);
          const after = await changed(
            text,
            changes.map(({make}) => make),
            path,
          );
          if (after === undefined) return;
          made++;
          const expected: Data = structuredClone(value);
          for (const {mean} of changes) mean(expected);
          const source = await readSource(path, after);
          expect(source.problems, after).to.deep.equal([]);
          expect(toValue(source.documents[0]!), `${text}\nbecame\n${after}`).to.deep.equal(expected);
        },
      ),
      {numRuns: cases, seed: 7},
    );
    expect(made).to.be.above(cases / 10);
  });

  it('keeps every comment beside a value that it does not change', async () => {
    const text = '{\n  "a": 1, // one\n  "b": {"c": 2}, // two\n  "d": 3 // three\n}';
    const after = await changed(text, [set(['b', 'c'], 5), set(['e'], 6), set(['a'], 7)]);
    expect(after).to.equal('{\n  "a": 7, // one\n  "b": {"c": 5}, // two\n  "d": 3, // three\n  "e": 6\n}');
  });

  it('can be joined into one', () => {
    const text = '{"a": 1, "b": 2, "c": 3}';
    const edits = [
      {start: 6, end: 7, text: '10'},
      {start: 14, end: 15, text: '20'},
    ];
    expect(joinEdits(text, edits)).to.deep.equal({start: 6, end: 15, text: '10, "b": 20'});
    expect(applyEdits(text, [joinEdits(text, edits)])).to.equal(applyEdits(text, edits));
  });
});

function assign(data: Data, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    data[head] = value;
    return;
  }
  const before = data[head];
  const inner = typeof before === 'object' ? {...(before as Data | null)} : {};
  assign(inner, rest, value);
  data[head] = inner;
}

describe('a field that goes', () => {
  const keeping: readonly (readonly [path: string, before: string, after: string])[] = [
    ['p.json', '{\n  "a": 1,\n  "b": 2, // why\n  "c": 3\n}\n', '{\n  "a": 1,\n  // why\n  "c": 3\n}\n'],
    ['p.json', '{\n  "a": 1,\n  "b": 2 /* why */\n}\n', '{\n  "a": 1\n  /* why */\n}\n'],
    ['p.json', '{\r\n  "b": 2, /* a */ // why\r\n  "c": 3\r\n}', '{\r\n  /* a */ // why\r\n  "c": 3\r\n}'],
    ['p.json', '{\n  "a": 1, "b": 2, /* of c */ "c": 3\n}\n', '{\n  "a": 1, /* of c */ "c": 3\n}\n'],
    ['p.json', '{\n  "b": {\n    "x": 1\n  }, // why\n  "c": 3\n}\n', '{\n  // why\n  "c": 3\n}\n'],
    ['p.json', '{\n  "b": "// no"\n}\n', '{\n}\n'],
    ['p.yaml', 'a: 1\n# above\nb: 2 # why\n# below\nc: 3\n', 'a: 1\n# above\n# why\n# below\nc: 3\n'],
    ['p.yaml', 'a: 1\nb: # why\nc: 3\n', 'a: 1\n# why\nc: 3\n'],
    ['p.yaml', 'a: 1\nb: 2   # why', 'a: 1\n# why'],
    ['p.yaml', '{a: 1,\n b: 2, # why\n c: 3}\n', '{a: 1,\n # why\n c: 3}\n'],
  ];
  for (const [path, before, after] of keeping)
    it(`leaves its comment on a line of its own: ${JSON.stringify(before)}`, async () => {
      expect(await changed(before, remove('b'), path)).to.equal(after);
    });

  const staying: readonly (readonly [path: string, before: string])[] = [
    ['p.json', '{\n  "a": 1,\n  "b": {\n    // why\n    "x": 1\n  }\n}\n'],
    ['p.json', '{\n  "b": 2 /* why */,\n  "c": 3\n}\n'],
    ['p.json', '{\n  "a": 1 /* why */, "b": /* not */ 2 }\n'],
    ['p.yaml', 'a: 1\nb:\n  # why\n  x: 1\n'],
    ['p.yaml', 'a: 1\nb:\n  x: 1 # why\n  y: 2\n'],
    ['p.yaml', 'a: 1\nb:\n  x: 1 # why\nc: 3\n'],
  ];
  for (const [path, before] of staying)
    it(`stays where a comment would go with it: ${JSON.stringify(before)}`, async () => {
      expect(await changed(before, remove('b'), path)).to.equal(undefined);
    });

  it('is not replaced where a comment would go with it', async () => {
    expect(await changed('{\n  "b": {\n    // why\n    "x": 1\n  }\n}\n', set(['b'], null))).to.equal(undefined);
    expect(await changed('b:\n  x: 1\n  # why\n  y: 1\n', set(['b'], null), 'p.yaml')).to.equal(undefined);
    expect(await changed('{\n  "b": 1 // why\n}\n', set(['b'], null))).to.equal('{\n  "b": null // why\n}\n');
  });
});
