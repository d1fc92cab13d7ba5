/** Texts that are being written, cut off anywhere: every request has an answer, and no answer is an internal error. */
import {expect} from 'chai';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {rules} from '../../../lint/rules/index.ts';
import {runs} from '../../support/runs.ts';
import {pageOf} from '../support/page-of.ts';
import {Editor} from './editor.ts';

const texts = rules.flatMap(rule =>
  pageOf(rule).bad.map(({text, path = 'policy.jsonc'}) => ({
    text,
    path: `a.retry${path.slice(path.lastIndexOf('.'))}`,
  })),
);

/** Every so many texts, and so many places in each, so that the test takes seconds. */
const STEP = runs(9, 3);
const CUTS = 4;

describe('a policy that is being written', () => {
  it('never ends in an error of the server', async () => {
    const editor = await Editor.start({}, {capabilities: {textDocument: {diagnostic: {}}}});
    let asked = 0;
    for (let index = 0; index < texts.length; index += STEP) {
      const {text, path} = texts[index]!;
      for (let cut = 1; cut <= CUTS; cut++) {
        const at = Math.floor((text.length * cut) / CUTS);
        const written = cut === CUTS ? text : text.slice(0, at);
        const position = TextDocument.create('a:b', 'json', 1, written).positionAt(Math.floor(at * 0.9));
        await editor.open(path, written);
        const range = {start: {line: 0, character: 0}, end: position};
        const requests = [
          ['textDocument/diagnostic', {}],
          ['textDocument/hover', {position}],
          ['textDocument/completion', {position}],
          ['textDocument/completion', {position: {line: 10_000, character: 10_000}}],
          ['textDocument/codeAction', {range, context: {diagnostics: []}}],
          ['textDocument/codeAction', {range, context: {diagnostics: [], only: ['source.fixAll']}}],
          ['textDocument/inlayHint', {range}],
          ['textDocument/codeLens', {}],
          ['textDocument/documentSymbol', {}],
          ['textDocument/foldingRange', {}],
        ] as const;
        for (const [method, more] of requests) {
          const failure = await editor.ask(method, path, more).then(
            () => undefined,
            (error: Error) => `${method} at ${JSON.stringify(written)}: ${error.message}`,
          );
          expect(failure).to.equal(undefined);
          asked++;
        }
      }
    }
    expect(asked).to.be.above(runs(400, 1200));
    expect(editor.logged).to.deep.equal([]);
  });
});
