/** Messages that arrive in pieces. */
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import {type Skipped, WholeLines} from '../../../lint/mcp/whole-lines.ts';

async function passedOn(pieces: readonly string[], most = 100, skipped: Skipped[] = []): Promise<string[]> {
  const passed: string[] = [];
  const lines = new WholeLines(most, each => skipped.push(each)).on('data', bytes => passed.push(String(bytes)));
  await pipeline(Readable.from(pieces.map(Buffer.from)), lines);
  return passed;
}

describe('WholeLines', () => {
  it('passes on each line once it has ended', async () => {
    const pieces = ['a', 'b', 'c\nd\n\ne', 'f\n', 'g\n'];
    expect(await passedOn(pieces)).to.deep.equal(['abc\n', 'd\n', '\n', 'ef\n', 'g\n']);
  });

  it('passes on the last line without a line feed', async () => {
    expect(await passedOn(['a\nb', 'c'])).to.deep.equal(['a\n', 'bc']);
    expect(await passedOn(['a', 'b'])).to.deep.equal(['ab']);
    expect(await passedOn([])).to.deep.equal([]);
  });

  it('skips a line that is too long, and passes on the lines around it', async () => {
    const skipped: Skipped[] = [];
    expect(await passedOn(['a\nbc', 'def', 'ghi', 'j\nk\n123456\n12345\nl', '23456'], 5, skipped)).to.deep.equal([
      'a\n',
      'k\n',
      '12345\n',
    ]);
    expect(skipped).to.deep.equal([
      {bytes: 9, id: undefined},
      {bytes: 6, id: undefined},
      {bytes: 6, id: undefined},
    ]);
  });

  const long = 'x'.repeat(5000);
  const ids: readonly [line: string, id: string | number | undefined][] = [
    [`{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"text":"${long}"}}`, 77],
    [`{"id": "a\\"b", "jsonrpc": "2.0", "params": {"text": "${long}"}}`, 'a"b'],
    [`{"method":"tools/call","params":{"text":"${long}"},"jsonrpc":"2.0","id":-3}`, -3],
    [`{"method":"tools/call","params":{"text":"${long}"}, "id": "z", "jsonrpc": "2.0"}\r`, 'z'],
    [`{"method":"tools/call","params":{"text":"${long}","id":5},"jsonrpc":"2.0"}`, undefined],
    [`{"params":{"id":5,"text":"${long}"},"jsonrpc":"2.0"}`, undefined],
    [`{"method":"tools/call","params":{"text":"${long},\\"id\\":5}"}}`, undefined],
    [long, undefined],
  ];
  for (const [line, id] of ids) {
    it(`says of a line that is too long that its id is ${id}: ${line.replace(long, '…')}`, async () => {
      const skipped: Skipped[] = [];
      const pieces = (`${line}\nnext\n`.match(/[\s\S]{1,1000}/g) ?? []) as string[];
      expect(await passedOn(pieces, 2000, skipped)).to.deep.equal(['next\n']);
      expect(skipped).to.deep.equal([{bytes: Buffer.byteLength(line), id}]);
    });
  }
});
