/** Changes of a text that leave the rest of it alone. */
import {expect} from 'chai';
import fc from 'fast-check';
import {dropEntries, removeEntry, renameKey, setValue} from '../../lint/edit/edit-tree.ts';
import {applyEdits, editBetween, type TextEdit} from '../../lint/edit/text-edit.ts';
import {readSource, toValue} from '../../lint/source/read.ts';
import {documentsOf, type Unit} from '../../lint/source/unit.ts';

type Change = (unit: Unit) => readonly TextEdit[] | undefined;

const changed = async (text: string, change: Change, path = 'policy.jsonc'): Promise<string | undefined> => {
  const edits = change(documentsOf(await readSource(path, text))[0]!);
  return edits && applyEdits(text, edits);
};

const set =
  (path: readonly (string | number)[], value: unknown): Change =>
  unit =>
    setValue(unit, path, value);
const remove =
  (...path: readonly (string | number)[]): Change =>
  unit =>
    removeEntry(unit, path);
const drop =
  (path: readonly string[], ...entries: readonly unknown[]): Change =>
  unit =>
    dropEntries(unit, path, entries);

const cases: [title: string, before: string, change: Change, after: string | undefined][] = [
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
    'keeps the comments of its neighbours',
    '{\n  // a\n  "a": 1,\n  // b\n  "b": 2\n}',
    remove('a'),
    '{\n  // a\n  // b\n  "b": 2\n}',
  ],
  ['removes an entry of a list', '{"a": [1, 2, 3]}', remove('a', 1), '{"a": [1, 3]}'],
  ['removes nothing that is not there', '{"a": 1}', remove('b'), undefined],
  // Dropping.
  ['drops entries', '{"a": [500, 503, 429]}', drop(['a'], 500, 429), '{"a": [503]}'],
  ['drops them all', '{"a": [500]}', drop(['a'], 500), '{"a": []}'],
  [
    'drops lines',
    '{"a": [\n  500, // five\n  503, // three\n  429\n]}',
    drop(['a'], 503),
    '{"a": [\n  500, // five\n  429\n]}',
  ],
  ['drops none that is not there', '{"a": [1]}', drop(['a'], 2), '{"a": [1]}'],
  // Renaming.
  ['renames', '{"jiter": 1}', source => renameKey(source, ['jiter'], 'jitter'), '{"jitter": 1}'],
];

const yamlCases: [title: string, before: string, change: Change, after: string | undefined][] = [
  ['replaces a value', 'a: 1 # one\n', set(['a'], 'full'), 'a: "full" # one\n'],
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
  ['removes a block', 'a:\n  b: 1\n  c: 2\nd: 3\n', remove('a'), 'd: 3\n'],
  ['removes the key behind a dash', 'r:\n  - a: 1\n    b: 2\n', remove('r', 0, 'a'), 'r:\n  - b: 2\n'],
  ['does not remove the only key', 'a:\n  b: 1\n', remove('a', 'b'), undefined],
  ['drops entries of a block', 'a:\n  - 500 # x\n  - 503\n', drop(['a'], 500), 'a:\n  - 503\n'],
  ['renames', 'jiter: 1\n', source => renameKey(source, ['jiter'], 'jitter'), 'jitter: 1\n'],
  ['leaves aliases alone', 'x: &x {a: 1}\ny: *x\n', set(['y', 'a'], 2), undefined],
  ['leaves what a merge key brings alone', 'x: &x\n  a: {b: 1}\ny:\n  <<: *x\n', set(['y', 'a', 'b'], 2), undefined],
];

describe('edits of JSON', () => {
  for (const [title, before, change, after] of cases) {
    it(title, async () => expect(await changed(before, change)).to.equal(after));
  }
});

describe('edits of YAML', () => {
  for (const [title, before, change, after] of yamlCases) {
    it(title, async () => expect(await changed(before, change, 'policy.yaml')).to.equal(after));
  }
});

describe('any edit', () => {
  const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('full', 'a: b', '#', ''));
  const key = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
  const tree = fc.dictionary(
    key,
    fc.oneof(scalar, fc.array(scalar, {maxLength: 3}), fc.dictionary(key, scalar, {maxKeys: 3})),
    {minKeys: 1, maxKeys: 4},
  );
  const layout = fc.constantFrom<(value: object) => string>(
    value => JSON.stringify(value),
    value => JSON.stringify(value, null, 2),
    value => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
    value => JSON.stringify(value, null, 2).replaceAll(',\n', ', // note\n'),
  );

  it('sets exactly what it says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        layout,
        fc.array(key, {minLength: 1, maxLength: 2}),
        scalar,
        async (value, write, path, next) => {
          const text = write(value);
          const after = await changed(text, set(path, next));
          if (after === undefined) return;
          const expected = structuredClone(value) as Record<string, unknown>;
          if (path.length === 1) expected[path[0]!] = next;
          else expected[path[0]!] = {...((expected[path[0]!] ?? {}) as object), [path[1]!]: next};
          const source = await readSource('policy.jsonc', after);
          expect(source.problems).to.deep.equal([]);
          expect(toValue(source.documents[0]!)).to.deep.equal(expected);
          // A list or an object that is replaced takes its own comments with it.
          if (typeof (value as Record<string, unknown>)[path[0]!] === 'object') return;
          expect(source.comments.length).to.equal((await readSource('policy.jsonc', text)).comments.length);
        },
      ),
      {numRuns: 400, seed: 7},
    );
  });

  it('removes exactly what it says, and leaves no comma behind', async () => {
    await fc.assert(
      fc.asyncProperty(tree, layout, async (value, write) => {
        const gone = Object.keys(value)[0]!;
        const after = await changed(write(value), remove(gone));
        const {[gone]: _, ...expected} = value;
        const bare = after!.replaceAll(' // note', '');
        expect(JSON.parse(bare)).to.deep.equal(expected);
      }),
      {numRuns: 400, seed: 8},
    );
  });

  it('is known again from its two texts, and splits no character', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.string({unit: 'grapheme'}), (before, after) => {
        const edit = editBetween(before, after);
        expect(applyEdits(before, [edit])).to.equal(after);
        expect(edit.text.isWellFormed()).to.equal(after.isWellFormed());
      }),
      {numRuns: 400, seed: 9},
    );
  });
});
