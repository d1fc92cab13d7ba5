/** The bytes of a log as UTF-8: gzip is unpacked, and UTF-16 is converted, as PowerShell writes it. */
import {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {UsageError} from './usage-error.ts';

/** A log that ends inside of its compressed bytes. */
export class CutLog extends Error {
  override readonly name = 'CutLog';
}

/** As much has to be there to tell how the log is written: a pipe may have no more for long. */
const LEAST = 4;
/** As much is looked at. */
const SNIFFED = 512;

/** Formats that Node does not unpack in every version. */
const PACKED: readonly (readonly [magic: string, name: string, command: string])[] = [
  ['\u00fd7zXZ', 'xz', 'xz -dc'],
  ['(\u00b5/\u00fd', 'zstd', 'zstd -dc'],
  ['BZh', 'bzip2', 'bzip2 -dc'],
  ['PK\u0003\u0004', 'zip', 'unzip -p'],
];

/**
 * @param chunks May all be of the same memory.
 * @param name   For messages.
 * @throws CutLog where compressed bytes end too early, UsageError for other compressed formats
 */
export async function* logBytes(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const [beginning, all, close] = await peeked(chunks);
  if (beginning.length >= 2 && beginning[0] === 0x1f && beginning[1] === 0x8b) {
    const [unpacked, rest] = await peeked(gunzipped(all, name));
    return yield* asUtf8(rest, encodingOf(unpacked));
  }
  const letters = beginning.toString('latin1');
  const packed = PACKED.find(([magic]) => letters.startsWith(magic));
  if (packed !== undefined) {
    await close();
    throw new UsageError(
      `${name} is compressed with ${packed[1]}. Unpack it first: ${packed[2]} ${name} | steadfetch triage -`,
    );
  }
  yield* asUtf8(all, encodingOf(beginning));
}

/** The beginning, everything including the beginning, and a function that closes the source where the rest is not read. */
async function peeked(
  chunks: AsyncIterable<Buffer>,
): Promise<[beginning: Buffer, all: AsyncIterable<Buffer>, close: () => Promise<void>]> {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning = Buffer.alloc(0);
  while (beginning.length < LEAST) {
    const {done, value} = await iterator.next();
    if (done === true) break;
    beginning = Buffer.concat([beginning, value]);
  }
  const close = async (): Promise<void> => void (await iterator.return?.());
  async function* again(): AsyncGenerator<Buffer> {
    try {
      if (beginning.length > 0) yield beginning;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await close();
    }
  }
  return [beginning, again(), close];
}

async function* gunzipped(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  // The stream works on a chunk while the next one is read into the same memory.
  const copies = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) yield Buffer.from(chunk);
  };
  const source = Readable.from(copies());
  const gunzip = createGunzip();
  source.on('error', error => void gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_') !== true) throw error;
    throw new CutLog(`${name}: ${(error as Error).message}`, {cause: error});
  } finally {
    source.destroy();
  }
}

type Encoding = 'utf-16le' | 'utf-16be' | 'utf-8';

/** By the byte order mark; without one by the zero bytes that half of the bytes of plain text are in UTF-16. */
function encodingOf(beginning: Buffer): Encoding {
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le';
  if (beginning[0] === 0xfe && beginning[1] === 0xff) return 'utf-16be';
  const pairs = Math.floor(Math.min(beginning.length, SNIFFED) / 2);
  if (pairs < 2) return 'utf-8';
  const zeros = (offset: number): number =>
    Array.from({length: pairs}, (_, pair) => beginning[2 * pair + offset]).filter(byte => byte === 0).length / pairs;
  const [even, odd] = [zeros(0), zeros(1)];
  if (odd > 0.4 && even < 0.05) return 'utf-16le';
  return even > 0.4 && odd < 0.05 ? 'utf-16be' : 'utf-8';
}

async function* asUtf8(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') return yield* chunks;
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, {stream: true}));
  yield Buffer.from(decoder.decode());
}
