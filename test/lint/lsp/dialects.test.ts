/** Documents in other languages than that of policies. */
import {expect} from 'chai';
import type {CompletionItem, DocumentSymbol, Hover, MarkupContent} from 'vscode-languageserver-protocol';
import {gateway} from '../dialects/gateway.ts';
import {Editor, shown} from './editor.ts';

const text = 'kind: Gateway\nroutes:\n  - timeout: 5s\n    retry_policy: {num_retries: 19, per_try_timeout: 2s}\n';
const start = (files: Readonly<Record<string, string>> = {}) => Editor.start(files, {dialects: [gateway]});

describe('a document of another language', () => {
  it('is linted if a dialect wants it, and nobody else has written it', async () => {
    const editor = await start();
    expect(shown(await editor.diagnose('app.yaml', text))).to.include('RL201 4:20');
    expect(await editor.diagnose('other.yaml', 'a: 1\n')).to.deep.equal([]);
    expect(await editor.diagnose('word.yaml', '# No Gateway.\nretries: 1\n')).to.deep.equal([]);
    expect(await editor.diagnose('template.yaml', `${text}# {{ retries }}\n`)).to.deep.equal([]);
    expect(await editor.diagnose('vendor/app.yaml', text)).to.deep.equal([]);
  });

  it('has an outline of its policies', async () => {
    const editor = await start();
    await editor.open('app.yaml', text);
    const [symbol] = await editor.ask<DocumentSymbol[]>('textDocument/documentSymbol', 'app.yaml');
    expect(symbol?.name).to.equal('routes[0]');
  });

  it('shows the attempts of a call, and neither describes nor completes fields of policies', async () => {
    const editor = await start();
    await editor.open('app.yaml', text);
    const position = {line: 3, character: 33};
    const hover = await editor.ask<Hover | null>('textDocument/hover', 'app.yaml', {position});
    expect((hover?.contents as MarkupContent | undefined)?.value)
      .to.contain('Attempts of a call')
      .and.not.contain('**maxAttempts**');
    for (const at of [position, {line: 3, character: 19}])
      expect(await editor.ask<CompletionItem[]>('textDocument/completion', 'app.yaml', {position: at})).to.deep.equal(
        [],
      );
  });
});
