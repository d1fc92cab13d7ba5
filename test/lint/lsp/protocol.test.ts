/** The edges of the protocol, byte by byte, with the server as a process of its own. */
import {expect} from 'chai';
import {Wire} from './wire.ts';

const uri = 'file:///policies/a.retry.json';

const opened = (text: string, languageId = 'json') => ({
  method: 'textDocument/didOpen',
  params: {textDocument: {uri, languageId, version: 1, text}},
});

describe('retry-lint lsp', () => {
  it('exits with code 0 after shutdown and exit', async () => {
    const wire = await Wire.ready();
    wire.send({id: 1, method: 'shutdown'});
    expect(await wire.answer(1)).to.deep.include({result: null});
    wire.send({method: 'exit'});
    expect(await wire.exitCode).to.equal(0);
    expect(wire.errors).to.equal('');
  });

  it('exits with code 1 without shutdown, and if the editor is gone', async () => {
    const [asked, alone, early] = [await Wire.ready(), await Wire.ready(), new Wire()];
    asked.send({method: 'exit'});
    alone.process.stdin!.end();
    early.send({method: 'exit'});
    expect(await Promise.all([asked.exitCode, alone.exitCode, early.exitCode])).to.deep.equal([1, 1, 1]);
  });

  it('refuses requests before initialize and after shutdown, and a second initialize', async () => {
    const wire = new Wire();
    wire.send({id: 1, method: 'textDocument/diagnostic', params: {textDocument: {uri}}});
    expect((await wire.answer(1)).error).to.include({code: -32002});
    wire.send({id: 2, method: 'shutdown'});
    expect((await wire.answer(2)).error).to.include({code: -32002});
    const initialize = {method: 'initialize', params: {processId: null, rootUri: null, capabilities: {}}};
    wire.send({id: 3, ...initialize});
    expect((await wire.answer(3)).result).to.have.nested.property('capabilities.positionEncoding', 'utf-16');
    wire.send({id: 4, ...initialize});
    expect((await wire.answer(4)).error).to.include({code: -32600});
    wire.send({id: 5, method: 'shutdown'});
    await wire.answer(5);
    wire.send({id: 6, method: 'textDocument/diagnostic', params: {textDocument: {uri}}});
    expect((await wire.answer(6)).error).to.include({code: -32600});
  });

  it('counts in UTF-16 units also for a client that prefers others, as each client must know them', async () => {
    const wire = new Wire();
    const capabilities = {general: {positionEncodings: ['utf-8', 'utf-32']}};
    wire.send({id: 1, method: 'initialize', params: {processId: null, rootUri: null, capabilities}});
    expect((await wire.answer(1)).result).to.have.nested.property('capabilities.positionEncoding', 'utf-16');
    wire.send({method: 'initialized', params: {}});
    const text = '{"x-note": "é🙂", "backoff": {"jitter": "none"}}';
    wire.send(opened(text));
    const {params} = await wire.notification('textDocument/publishDiagnostics');
    expect(params).to.have.nested.property('diagnostics[0].range.start.character', text.indexOf('"jitter"'));
  });

  it('applies changes in the order in which they come, whatever their versions', async () => {
    const wire = await Wire.ready();
    wire.send(opened('{"backoff": {"jitter": "none"}}'));
    await wire.notification('textDocument/publishDiagnostics');
    const change = (version: number, from: number, to: number, text: string): void => {
      const range = {start: {line: 0, character: from}, end: {line: 0, character: to}};
      const params = {textDocument: {uri, version}, contentChanges: [{range, text}]};
      wire.send({method: 'textDocument/didChange', params});
    };
    change(5, 13, 29, '');
    const emptied = await wire.notification('textDocument/publishDiagnostics');
    expect(emptied.params).to.deep.include({version: 5, diagnostics: []});
    change(3, 13, 13, '"factor": 1, "jitter": "none"');
    const {params} = await wire.notification('textDocument/publishDiagnostics');
    expect(params).to.have.property('version', 3);
    expect(params).to.have.nested.property('diagnostics[0].range.start.character', 26);
  });

  it('answers wrong parameters with what is wrong, and goes on', async () => {
    const wire = await Wire.ready();
    for (const [index, params] of [undefined, null, [], {}, {textDocument: 7}, {textDocument: {uri: 7}}].entries()) {
      wire.send({id: index + 1, method: 'textDocument/diagnostic', params});
      const {error} = await wire.answer(index + 1);
      expect(error, JSON.stringify(params)).to.include({code: -32602});
      if (params !== undefined && !Array.isArray(params))
        expect(error!.message).to.equal(
          'Invalid parameters of textDocument/diagnostic: textDocument.uri must be a string.',
        );
    }
    for (const contentChanges of [undefined, 7, [null], [{range: {start: 1}, text: ''}]]) {
      wire.send({method: 'textDocument/didChange', params: {textDocument: {uri, version: 2}, contentChanges}});
      const {params} = await wire.notification('window/logMessage');
      expect(params).to.have.property('message').that.contains('contentChanges must be a list');
    }
    wire.send(opened('{"backoff": {"jitter": "none"}}'));
    expect((await wire.notification('textDocument/publishDiagnostics')).params).to.have.nested.property(
      'diagnostics[0].code',
      'RL203',
    );
  });

  it('ignores documents that are not open, and unknown notifications', async () => {
    const wire = await Wire.ready();
    wire.send({method: 'textDocument/didChange', params: {textDocument: {uri, version: 2}, contentChanges: []}});
    wire.send({method: 'textDocument/didClose', params: {textDocument: {uri}}});
    wire.send({method: '$/unknown', params: {}});
    wire.send({method: 'unknown', params: {}});
    wire.send({id: 1, method: 'textDocument/diagnostic', params: {textDocument: {uri}}});
    expect((await wire.answer(1)).result).to.deep.include({kind: 'full', items: []});
    wire.send({id: 2, method: 'textDocument/unknown', params: {}});
    expect((await wire.answer(2)).error).to.include({code: -32601});
  });

  it('answers a cancelled request as cancelled', async () => {
    const wire = await Wire.ready({textDocument: {diagnostic: {}}});
    const routes = Array.from({length: 150}, (_, index) => ({match: {path: `/${index}`}, maxAttempts: 9}));
    wire.send(opened(JSON.stringify({routes})));
    wire.send({id: 1, method: 'textDocument/diagnostic', params: {textDocument: {uri}}});
    wire.send({method: '$/cancelRequest', params: {id: 1}});
    expect((await wire.answer(1)).error).to.include({code: -32800});
  });

  it('takes a file of a million characters, and refuses a larger one with a finding', async function () {
    this.timeout(180_000);
    const wire = await Wire.ready();
    const note = 'é🙂'.repeat(300_000);
    wire.send(opened(`{"x-note": "${note}", "backoff": {"jitter": "none"}}`));
    const {params} = await wire.notification('textDocument/publishDiagnostics');
    expect(params).to.have.nested.property('diagnostics[0].code', 'RL203');
    expect(params).to.have.nested.property('diagnostics[0].range.start.character', note.length + 27);
    const change = {
      range: {start: {line: 0, character: 12}, end: {line: 0, character: 12}},
      text: 'x'.repeat(200_000),
    };
    wire.send({
      method: 'textDocument/didChange',
      params: {textDocument: {uri, version: 2}, contentChanges: [change]},
    });
    const larger = await wire.notification('textDocument/publishDiagnostics');
    expect(larger.params).to.have.nested.property('diagnostics[0].code', 'RL006');
  });

  it('answers a message that is not JSON with an error', async () => {
    const wire = await Wire.ready();
    wire.sendText('{"jsonrpc": "2.0", "id": 1,');
    wire.send({id: 2, method: 'shutdown'});
    const exited = wire.exitCode.then(() => 'exited');
    expect(await Promise.race([wire.answer(2).then(() => 'answered'), exited])).to.be.oneOf(['answered', 'exited']);
  });
});
