/** Messages that arrive in pieces. */
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import {WholeLines} from '../../../lint/mcp/whole-lines.ts';

async function passedOn(pieces: readonly string[], most = 100): Promise<string[]> {
  const passed: string[] = [];
  const lines = new WholeLines(most).on('data', bytes => passed.push(String(bytes)));
  await pipeline(Readable.from(pieces.map(Buffer.from)), lines);
  return passed;
}

describe('WholeLines', () => {
  it('passes on a line once it has ended, with what follows it', async () => {
    expect(await passedOn(['a', 'b', 'c\nd\ne', 'f\n', 'g\n'])).to.deep.equal(['abc\nd\ne', 'f\n', 'g\n']);
  });

  it('passes on the last line without a line feed', async () => {
    expect(await passedOn(['a\nb', 'c'])).to.deep.equal(['a\nb', 'c']);
    expect(await passedOn(['a', 'b'])).to.deep.equal(['ab']);
    expect(await passedOn([])).to.deep.equal([]);
  });

  it('holds no more than the most bytes of a line', async () => {
    expect(await passedOn(['abc', 'def', 'ghi', 'j\n'], 5)).to.deep.equal(['abcdef', 'ghij\n']);
  });
});
