/** Lines of any length, read from blocks of a fixed size. */
import {expect} from 'chai';
import fc from 'fast-check';
import {LineTooLongError, linesOf} from '../../src/batch/line-reader.ts';

type Readable = Parameters<typeof linesOf>[0];

/** A file whose bytes need not exist: `fill` writes those that are asked for. */
function fileOf(size: number, fill: (bytes: Buffer, position: number) => void): Readable {
  const read = async (buffer: Buffer, offset: number, length: number, position: number) => {
    const bytesRead = Math.max(0, Math.min(length, size - position));
    fill(buffer.subarray(offset, offset + bytesRead), position);
    return {bytesRead, buffer};
  };
  return {read: read as unknown as Readable['read']};
}

const textFile = (text: Buffer): Readable =>
  fileOf(text.length, (bytes, position) => void text.copy(bytes, 0, position, position + bytes.length));

describe('linesOf', () => {
  it('returns every line with its position, for all lengths of lines and blocks', async () => {
    const lengths = fc.array(fc.oneof(fc.integer({min: 0, max: 40}), fc.integer({min: 262_100, max: 262_200})), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(lengths, fc.boolean(), async (sizes, endsInLineFeed) => {
        const lines = sizes.map((size, index) => String.fromCharCode(97 + index).repeat(size));
        const text = Buffer.from(lines.join('\n') + (endsInLineFeed ? '\n' : ''));
        const read: string[] = [];
        for await (const {bytes, at, length, isWhole} of linesOf(textFile(text))) {
          read.push(bytes.toString());
          expect(text.toString('latin1', at, at + length)).to.equal(`${bytes}${isWhole ? '\n' : ''}`);
        }
        expect(read).to.deep.equal(
          text
            .toString()
            .split('\n')
            .filter((line, index, all) => index < all.length - 1 || line !== ''),
        );
      }),
      {numRuns: 60},
    );
  });

  it('copies no byte of a long line twice', async () => {
    const size = 16 * 2 ** 20;
    const file = fileOf(size, (bytes, position) => {
      bytes.fill(120);
      if (position + bytes.length === size) bytes[bytes.length - 1] = 10;
    });
    const {concat} = Buffer;
    let copied = 0;
    Buffer.concat = (parts, length) => {
      const whole = concat.call(Buffer, parts, length);
      copied += whole.length;
      return whole;
    };
    try {
      for await (const {length} of linesOf(file)) expect(length).to.equal(size);
    } finally {
      Buffer.concat = concat;
    }
    expect(copied).to.be.at.most(size);
  });

  it('refuses a line that is longer than the limit, before all of it has been read', async () => {
    let asked = 0;
    const endless = fileOf(Number.MAX_SAFE_INTEGER, (bytes, position) => {
      bytes.fill(120);
      if (position === 0) bytes[3] = 10;
      asked++;
    });
    const read = async (): Promise<void> => {
      for await (const {at} of linesOf(endless, 1_000_000)) expect(at).to.equal(0);
    };
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(LineTooLongError).and.include({line: 2});
    expect(asked).to.equal(4);
  });
});
