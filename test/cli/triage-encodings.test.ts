/** `steadfetch triage` reads what a log rotation, PowerShell and a spreadsheet leave: gzip, UTF-16, CSV; and names what it cannot read. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {logBytes} from '../../src/cli/log-bytes.ts';
import {errorOf} from '../support/outcome.ts';
import {linesOf, Workplace} from './running.ts';

const LINE = '{"level":50,"req":{"method":"GET","url":"/ä"},"res":{"statusCode":503}}\n';
const LOG = LINE.repeat(3);
const utf16be = (log: string): Buffer => Buffer.from(log, 'utf16le').swap16();

describe('steadfetch triage: encodings', () => {
  const place = new Workplace();
  after(() => place.remove());

  const failuresIn = (stdout: string): number =>
    (linesOf(stdout) as {type: string}[]).filter(({type}) => type === 'failure').length;

  for (const [title, bytes] of [
    ['gzip', gzipSync(LOG)],
    ['gzip of several members, as rotation appends them', Buffer.concat([gzipSync(LINE), gzipSync(LINE.repeat(2))])],
    ['gzip of UTF-16', gzipSync(Buffer.from(`\ufeff${LOG}`, 'utf16le'))],
    ['UTF-16 LE with a byte order mark', Buffer.from(`\ufeff${LOG}`, 'utf16le')],
    ['UTF-16 BE with a byte order mark', utf16be(`\ufeff${LOG}`)],
    ['UTF-16 LE without one', Buffer.from(LOG, 'utf16le')],
    ['UTF-16 BE without one', utf16be(LOG)],
  ] as const) {
    it(`reads ${title}, as a file and on standard input`, async () => {
      writeFileSync(join(place.folder, 'app.log'), bytes);
      const {code, stdout} = await place.call(['triage', 'app.log', '--json']);
      expect([code, failuresIn(stdout)]).to.deep.equal([0, 3]);
      const child = place.start(['triage', '-', '--json'], {}, ['pipe', 'pipe', 'pipe']);
      child.stdin!.end(bytes);
      expect(failuresIn(await text(child.stdout!))).to.equal(3);
    });
  }

  it('says where a gzip file ends too early, prints what it has read, and exits with 1', async () => {
    const whole = gzipSync(Array.from({length: 5000}, (_, id) => LINE.replace('/ä', `/${Math.sin(id)}`)).join(''));
    writeFileSync(join(place.folder, 'cut.log.gz'), whole.subarray(0, whole.length - 200));
    const {code, stdout, stderr} = await place.call(['triage', 'cut.log.gz', '--summary']);
    expect(stderr).to.include('cut.log.gz').and.to.include('unexpected end of file');
    expect(stdout)
      .to.match(/steadfetch triage: [\d,]{3,} failures/)
      .and.to.include('stopped before the end');
    expect(code).to.equal(1);
  });

  for (const [name, magic, command] of [
    ['xz', 'fd377a585a0000', 'xz -dc'],
    ['zstd', '28b52ffd04580000', 'zstd -dc'],
    ['bzip2', '425a683931415926', 'bzip2 -dc'],
    ['zip', '504b030414000000', 'unzip -p'],
  ] as const)
    it(`says how to unpack ${name}, and exits with 2`, async () => {
      writeFileSync(join(place.folder, 'packed'), Buffer.from(magic, 'hex'));
      const {code, stderr} = await place.call(['triage', 'packed']);
      expect(code).to.equal(2);
      expect(stderr).to.include(name).and.to.include(command);
    });

  it('exits with 1 where a line with a sign of a failure was not read', async () => {
    place.write('app.log', `${LINE}>> call to payments failed <<\n`);
    const {code, stdout} = await place.call(['triage', 'app.log']);
    expect(stdout).to.include('line 2: * call * failed *');
    expect(code).to.equal(1);
  });

  it('exits with 1 where lines are malformed or too long', async () => {
    place.write('bad.log', `${LINE}${LINE.slice(0, -3)}\n`);
    expect((await place.call(['triage', 'bad.log'])).code).to.equal(1);
  });

  it('ends the reading of a log that it refuses, so that its file is closed', async () => {
    let isClosed = false;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.from('\u00fd7zXZ', 'latin1');
      } finally {
        isClosed = true;
      }
    }
    const error = await errorOf(async () => {
      for await (const _ of logBytes(chunks(), 'app.log.xz'));
    });
    expect((error as Error).message).to.include('xz -dc app.log.xz');
    expect(isClosed).to.equal(true);
  });

  it('reads a CSV export as a new user tries it', async () => {
    place.write(
      'failures.csv',
      'time,service,status,error,latency_ms\n2026-11-24T10:15:01Z,users,200,,12\n2026-11-24T10:15:02Z,users,429,rate limited,8\n2026-11-24T10:15:03Z,pay,503,,31\n2026-11-24T10:15:04Z,pay,,ECONNRESET,1002\n',
    );
    const {code, stdout} = await place.call(['triage', 'failures.csv']);
    expect(stdout).to.include('3 failures in 5 lines');
    expect(code).to.equal(0);
  });
});
