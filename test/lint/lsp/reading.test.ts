/** What an editor shows beside a policy: hovers, hints, lenses, the outline, folding. */
import {expect} from 'chai';
import type {
  CodeLens,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  MarkupContent,
} from 'vscode-languageserver-protocol';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {Editor, type EditorOptions} from './editor.ts';

const everything = {start: {line: 0, character: 0}, end: {line: 1000, character: 0}};

/** The hover at the mark `|` of a text. */
async function hoverAt(marked: string, options: EditorOptions = {}, path = 'a.retry.json') {
  const text = marked.replace('|', '');
  const position = TextDocument.create('a:b', 'json', 1, text).positionAt(marked.indexOf('|'));
  const editor = await Editor.start({}, options);
  await editor.open(path, text);
  const hover = await editor.ask<Hover | null>('textDocument/hover', path, {position});
  return {range: hover?.range, value: (hover?.contents as MarkupContent | undefined)?.value ?? ''};
}

describe('a hover', () => {
  it('gives the meaning of a field, on its key and on its value', async () => {
    const {value, range} = await hoverAt('{"backoff": {"jit|ter": "full"}}');
    expect(value).to.match(/^\*\*backoff\.jitter\*\*: .*Default: `"full"`/s);
    expect(range).to.deep.equal({start: {line: 0, character: 13}, end: {line: 0, character: 21}});
    expect((await hoverAt('backoff:\n  jitter: fu|ll\n', {}, 'a.retry.yaml')).value).to.contain('**backoff.jitter**');
  });

  it('gives the reasons of the rules that report something there', async () => {
    const {value} = await hoverAt('{"backoff": {"jit|ter": "none"}}');
    expect(value).to.match(/^\*\*\[RL203\]\(https:.*RL203\.md\)\*\* no-synchronized-retries\n\n/);
    expect(value.split('\n\n---\n\n')).to.have.length(2);
  });

  it('gives the attempts of the call on a number, by the policy as it is written', async () => {
    const {value} = await hoverAt('{"maxAttempts": 2, "attemptTimeoutMs": 1000, "deadlineMs": 50|00}');
    expect(value).to.contain('| attempt | waits | starts by | ends by |').and.contain('| 1000 ms |');
    const route = '{"routes": [{"match": {"path": "/a"}, "deadlineMs": 70|0, "attemptTimeoutMs": 300}]}';
    expect((await hoverAt(route)).value)
      .to.contain('Attempts of a call by route * /a')
      .and.contain('300 ms');
    expect((await hoverAt('{"backoff": {"jit|ter": "full"}}')).value).to.not.contain('| attempt |');
  });

  it('leaves fields of JSON to an editor that has the schema', async () => {
    const {value} = await hoverAt('{"deadlineMs": 50|00}', {initializationOptions: {contributesSchema: true}});
    expect(value).to.contain('| attempt |').and.not.contain('**deadlineMs**');
  });

  it('gives the meaning of a field beside a syntax error too', async () => {
    expect((await hoverAt('{"deadline|Ms": 5000, "budget" }')).value).to.match(/^\*\*deadlineMs\*\*/);
  });

  it('is nothing outside of a policy', async () => {
    expect((await hoverAt('{"a": 1|}', {}, 'other.json')).value).to.equal('');
    expect((await hoverAt('{"x-note": "te|xt"}')).value).to.equal('');
  });
});

async function asked<R>(method: string, text: string, path = 'a.retry.json'): Promise<R> {
  const editor = await Editor.start({});
  await editor.open(path, text);
  return editor.ask<R>(method, path, {range: everything});
}

describe('inlay hints', () => {
  const hints = async (text: string): Promise<unknown[]> =>
    (await asked<InlayHint[]>('textDocument/inlayHint', text)).map(({label, position: {line, character}}) => [
      label,
      line,
      character,
    ]);

  it('say how long a call lasts at worst, and how many attempts fit', async () => {
    expect(await hints('{\n  "maxAttempts": 4,\n  "attemptTimeoutMs": 10000,\n  "deadlineMs": 20000\n}')).to.deep.equal(
      [
        ['worst case 20 s', 3, 21],
        ['1 of 4 fit', 1, 18],
      ],
    );
    expect(await hints('{"maxAttempts": 2, "attemptTimeoutMs": 1000}')).to.deep.equal([['all fit', 0, 17]]);
  });

  it('are for routes too, and silent about invalid values and syntax errors', async () => {
    const route = '{"routes": [{"match": {"path": "/a"}, "deadlineMs": 500, "attemptTimeoutMs": 400}]}';
    expect(await hints(route)).to.deep.equal([['worst case 500 ms', 0, 55]]);
    expect(await hints('{"maxAttempts": "many", "deadlineMs": 500}')).to.deep.equal([]);
    expect(await hints('{"maxAttempts": 2,, "deadlineMs": 500}')).to.deep.equal([]);
  });
});

describe('code lenses', () => {
  it('sum up each policy and each route', async () => {
    const text =
      '{\n  "maxAttempts": 2, "attemptTimeoutMs": 3000, "retryingLayers": [{"name": "proxy", "maxAttempts": 2}],\n  "routes": [\n    {"match": {"path": "/a"}, "maxAttempts": 3}\n  ]\n}';
    const lenses = await asked<CodeLens[]>('textDocument/codeLens', text);
    expect(lenses.map(({command, range}) => [command!.title, range.start.line])).to.deep.equal([
      ['worst case 7 s · amplification 4× · simulate', 0],
      ['worst case 12 s · amplification 6× · simulate', 3],
    ]);
    expect(lenses.map(({command}) => [command!.command, command!.arguments![1]])).to.deep.equal([
      ['retry-lint.simulate', {policy: 0}],
      ['retry-lint.simulate', {policy: 0, route: 0}],
    ]);
  });

  it('are there for each document of a YAML file', async () => {
    const text = 'name: a\nmaxAttempts: 1\n---\nname: b\nmaxAttempts: unlimited\n';
    const lenses = await asked<CodeLens[]>('textDocument/codeLens', text, 'a.retry.yaml');
    expect(lenses.map(({command, range}) => [command!.title, range.start.line])).to.deep.equal([
      ['worst case 8 s · amplification 1× · simulate', 0],
      ['worst case 30 s · amplification unlimited · simulate', 3],
    ]);
  });
});

describe('the outline', () => {
  const text =
    '{\n  "maxAttempts": 3,\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/a"}, "budget": null}\n  ]\n}';
  const names = (symbols: readonly DocumentSymbol[]): unknown[] =>
    symbols.map(({name, detail, children}) => [name, detail ?? (children === undefined ? '' : names(children))]);

  it('has the fields of a policy, and its routes by their calls', async () => {
    const symbols = await asked<DocumentSymbol[]>('textDocument/documentSymbol', text);
    expect(names(symbols)).to.deep.equal([
      ['maxAttempts', '3'],
      [
        'routes',
        [
          [
            'POST /a',
            [
              [
                'match',
                [
                  ['methods', [['0', 'POST']]],
                  ['path', '/a'],
                ],
              ],
              ['budget', 'null'],
            ],
          ],
        ],
      ],
    ]);
    for (const {range, selectionRange} of symbols) {
      expect(range.start).to.deep.equal(selectionRange.start);
      expect(range.end.line).to.be.at.least(selectionRange.end.line);
    }
  });

  it('has a symbol for each policy of a file with several', async () => {
    const several = await asked<DocumentSymbol[]>(
      'textDocument/documentSymbol',
      'name: a\n---\nbudget: null\n',
      'a.retry.yaml',
    );
    expect(several.map(({name}) => name)).to.deep.equal(['a', 'policy 2']);
  });
});

describe('folding', () => {
  const folds = async (text: string, path?: string): Promise<unknown[]> =>
    (await asked<FoldingRange[]>('textDocument/foldingRange', text, path)).map(({startLine, endLine, kind}) => [
      startLine,
      endLine,
      ...(kind === undefined ? [] : [kind]),
    ]);

  it('folds objects and lists of several lines, and leaves the closing brace', async () => {
    expect(await folds('{\n  "backoff": {\n    "factor": 2\n  },\n  "retryOn": [429]\n}')).to.deep.equal([
      [0, 4],
      [1, 2],
    ]);
  });

  it('folds YAML blocks from their key, and comments', async () => {
    expect(await folds('# one\n# two\nbackoff:\n  factor: 2\n  kind: exponential\n', 'a.retry.yaml')).to.deep.equal([
      [0, 1, 'comment'],
      [2, 4],
    ]);
  });
});
