/** Texts become trees that know where everything is written. */
import {expect} from 'chai';
import {Lines} from '../../lint/source/lines.ts';
import {nearestPlace, parentPath, placesOf, spanToShow} from '../../lint/source/places.ts';
import {readSource, toValue} from '../../lint/source/read.ts';
import type {Source} from '../../lint/source/tree.ts';
import {documentsOf} from '../../lint/source/unit.ts';

const read = (text: string, path = 'policy.json'): Promise<Source> => readSource(path, text);
const shown = (source: Source, path: string): string | undefined => {
  const place = placesOf(documentsOf(source)[0]!).get(path);
  if (place === undefined) return undefined;
  const {start, end} = spanToShow(place);
  return source.text.slice(start, end);
};
const said = ({problems}: Source): string[] => problems.map(({code, message}) => `${code} ${message}`);

describe('reading JSON', () => {
  it('keeps places behind a byte order mark, comments and trailing commas', async () => {
    const source = await read('\uFEFF{\n  // why\n  "maxAttempts": 3, /* so */\n  "retryOn": [503,],\n}');
    expect(source.problems).to.deep.equal([]);
    expect(toValue(source.documents[0]!)).to.deep.equal({maxAttempts: 3, retryOn: [503]});
    expect(shown(source, 'maxAttempts')).to.equal('"maxAttempts"');
    expect(shown(source, 'retryOn[0]')).to.equal('503');
    expect(source.comments.map(({text, alone}) => [text, alone])).to.deep.equal([
      ['why', true],
      ['so', false],
    ]);
  });

  const slips: [title: string, text: string, problems: string[], underlined: string][] = [
    ['a comma that is missing', '{"a": 1 /* c */\n"b": 2}', ['RL001 A comma is missing after this value.'], '1'],
    ['a key without quotes', '{a: 1}', ['RL001 This is not a JSON value: texts stand in double quotes.'], 'a'],
    ['an object that is never closed', '{"a": 1', ['RL001 The object is never closed: a } is missing.'], ''],
    ['a second value', '{} {}', ['RL001 The policy ended before this; nothing may follow it.'], '{'],
    ['a comment that is never closed', '{} /* x', ['RL001 The comment is never closed.'], '/* x'],
    ['nothing', '', ['RL001 The file is empty; the smallest policy is {"version": 1}.'], ''],
    ['a binary file', 'a\u0000b', ['RL006 The file is binary or UTF-16: only UTF-8 is read.'], 'a'],
  ];
  for (const [title, text, problems, underlined] of slips) {
    it(`names ${title}`, async () => {
      const source = await read(text);
      expect(said(source)).to.deep.equal(problems);
      const {start, end} = source.problems[0]!.span;
      expect(text.slice(start, end)).to.equal(underlined);
    });
  }

  it('reports one problem per line, and at most five', async () => {
    const source = await read(Array.from({length: 50}, () => '= = =').join('\n'));
    expect(source.problems).to.have.length(5);
    expect(new Set(source.problems.map(({span}) => new Lines(source.text).positionAt(span.start).line)).size).to.equal(
      5,
    );
  });

  it('names the second of two equal keys, and shows the first', async () => {
    const {problems} = await read('{"a": 1, "b": {"a": 2}, "a": 3}');
    expect(problems).to.have.length(1);
    expect(problems[0]).to.deep.include({code: 'RL002', span: {start: 24, end: 27}});
    expect(problems[0]!.related!.span).to.deep.equal({start: 1, end: 4});
  });

  for (const [title, text] of [
    ['20,000 objects in each other', '{"a":'.repeat(20_000)],
    ['20,000 lists in each other', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['65 lists in each other', '['.repeat(65) + ']'.repeat(65)],
  ] as const) {
    it(`ends ${title} as one finding`, async () => {
      const source = await read(text);
      expect(source.problems.filter(({code}) => code === 'RL006')).to.have.length(1);
    });
  }

  it('refuses more than a million characters without reading them', async () => {
    const {problems, documents} = await read(`"${'x'.repeat(1_000_000)}"`);
    expect(said({problems} as Source)).to.deep.equal([
      'RL006 The file has 1000002 characters. Only files with up to 1000000 are read.',
    ]);
    expect(documents).to.deep.equal([]);
  });

  it('keeps "__proto__" as a key that reaches no prototype', async () => {
    const {documents} = await read('{"__proto__": {"polluted": true}}');
    const value = toValue(documents[0]!) as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect('polluted' in {}).to.equal(false);
  });
});

describe('reading YAML', () => {
  const yaml = (text: string): Promise<Source> => read(text, 'policy.yaml');

  it('knows blocks, flows, merge keys and aliases; what an alias brings is shown at the alias', async () => {
    const source = await yaml(
      'x-slow: &slow\n  deadlineMs: 9000\n  backoff: {jitter: none}\nroutes:\n  - match: {path: /a}\n    <<: *slow\n',
    );
    expect(source.problems).to.deep.equal([]);
    const {routes} = toValue(source.documents[0]!) as {routes: object[]};
    expect(routes).to.deep.equal([{deadlineMs: 9000, backoff: {jitter: 'none'}, match: {path: '/a'}}]);
    expect(shown(source, '["x-slow"].backoff.jitter')).to.equal('jitter');
    expect(shown(source, 'routes[0].backoff.jitter')).to.equal('*slow');
    expect(shown(source, 'routes[0].match')).to.equal('match');
  });

  it('keeps comments, and none inside texts', async () => {
    const {comments} = await yaml('# one\nname: "a # b" # two\nx-c: |\n  # three\n');
    expect(comments.map(({text, alone}) => [text, alone])).to.deep.equal([
      ['one', true],
      ['two', false],
    ]);
  });

  for (const [what, text, message] of [
    ['an alias before its anchor', 'hedge: *h\nx-h: &h {delayMs: 9}\n', 'No anchor &h stands before the alias *h.'],
    ['an alias of nothing in a merge', '<<: *gone\n', 'No anchor &gone stands before the alias *gone.'],
    ['a number as a merge', '<<: 3\n', 'The merge key << takes a mapping, or a list of mappings.'],
    ['a list of a number as a merge', '<<: [{a: 1}, 3]\n', 'The merge key << takes a mapping, or a list of mappings.'],
  ] as const)
    it(`names ${what}`, async () => expect(said(await yaml(text))).to.include(`RL001 ${message}`));

  it('names equal keys, slips of syntax, and files that hold nothing', async () => {
    expect(said(await yaml('a: 1\na: 2\n'))[0]).to.match(/^RL002 The key "a" is already used/);
    expect(said(await yaml('a: [1\nb: 2'))[0]).to.match(/^RL001 /);
    expect(said(await yaml('# nothing\n'))).to.deep.equal([
      'RL001 The file is empty; the smallest policy is "version: 1".',
    ]);
  });

  const slips: [title: string, text: string, message: string, underlined: string][] = [
    ['a tab', '\tversion: 1\n', 'This line is indented with a tab; YAML is indented with spaces.', '\t'],
    ['a double quote that is missing', 'name: "a\n', 'The text is never closed: a double quote is missing.', ''],
    ['a single quote that is missing', "name: 'a\n", 'The text is never closed: a single quote is missing.', ''],
    ['a list that is never closed', 'retryOn: [503\nname: a\n', 'The list is never closed: a ] is missing.', 'n'],
    [
      'an object that is never closed',
      'hedge: {delayMs: 9\nname: a\n',
      'The object is never closed: a } is missing.',
      'n',
    ],
    ['a comma that is missing', 'retryOn: ["4xx" "5xx"]\n', 'A comma is missing before this.', '"'],
    [
      'a key in another column',
      'backoff:\n  baseMs: 1\n name: a\n',
      'The keys of an object begin in the same column; this key does not.',
      ' ',
    ],
    [
      'two keys on a line',
      'version: 1\n name: a\n',
      'A key follows this value: begin the key on a line of its own, in the column of the key before it.',
      '1',
    ],
    ['a colon that is missing', 'version: 1\nname\n', 'A colon is missing after this key.', 'name'],
  ];
  for (const [title, text, message, underlined] of slips) {
    it(`names ${title} in the linter's own words`, async () => {
      const source = await yaml(text);
      expect(said(source)[0]).to.equal(`RL001 ${message}`);
      const {start, end} = source.problems[0]!.span;
      expect(text.slice(start, end)).to.equal(underlined);
    });
  }

  it('takes other words of the parser as they are, in one line', async () => {
    expect(said(await yaml('version: 1\nname: @b\n'))).to.deep.equal([
      'RL001 Plain value cannot start with reserved character @.',
    ]);
  });

  it('ends aliases of aliases, aliases of themselves and deep nesting as findings', async () => {
    const laughs = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'
        .split('')
        .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${'abcdefg'[index]}`).join(',')}]`),
    ];
    for (const text of [laughs.join('\n'), 'a: &a [*a]', '['.repeat(5000)]) {
      const {problems} = await yaml(text);
      expect(
        problems.map(({code}) => code),
        text.slice(0, 40),
      ).to.include('RL006');
    }
  });
});

describe('places', () => {
  it('of an object without a key are its brace, or its first key', async () => {
    expect(shown(await read('{"routes": [{"match": {}}]}'), 'routes[0]')).to.equal('{');
    expect(shown(await read('routes:\n  - match: {}\n', 'p.yaml'), 'routes[0]')).to.equal('match');
  });

  it('of what is not written are the nearest thing around it', async () => {
    const places = placesOf(documentsOf(await read('{"backoff": {}, "routes": [{}]}'))[0]!);
    expect(nearestPlace(places, 'backoff.jitter')?.path).to.equal('backoff');
    expect(nearestPlace(places, 'routes[0].match.path')?.path).to.equal('routes[0]');
    expect(nearestPlace(places, 'routes[7].match')?.path).to.equal('routes');
    expect(nearestPlace(places, 'hedge')?.path).to.equal('');
  });

  it('have parents, whatever their keys look like', () => {
    expect(['a.b', 'a[0]', 'a["x.y"].b', 'a["x.y"]', 'a', ''].map(parentPath)).to.deep.equal([
      'a',
      'a',
      'a["x.y"]',
      'a',
      '',
      '',
    ]);
  });

  it('count lines and columns from 1, for every kind of line end', () => {
    const lines = new Lines('a\r\nb\rc\nd');
    expect([0, 1, 3, 5, 7, 99].map(offset => lines.positionAt(offset))).to.deep.equal([
      {line: 1, column: 1},
      {line: 1, column: 2},
      {line: 2, column: 1},
      {line: 3, column: 1},
      {line: 4, column: 1},
      {line: 4, column: 2},
    ]);
    expect([1, 2, 3, 4].map(line => lines.lineText(line))).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});
