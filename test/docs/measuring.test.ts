/** The output in docs/guides/measuring.md has chance in it: it has the rows that the command prints, with other numbers. */
import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {Workplace} from '../cli/running.ts';

const PAGE = readFileSync(new URL('../../docs/guides/measuring.md', import.meta.url), 'utf8');
const COMMAND = /npx steadfetch (measure http\S+ --policy policy\.json \\\n[^`]*)```\n\n```\n([\s\S]*?)\n```/;
const POLICY = /^echo '(\{.*\})' > policy\.json$/m;
/** Of the rows that every measurement has: the charts have one for each bucket, the endings one for each status. */
const FIRST_COLUMN = 22;

/** What stands before the numbers of each row, and the sentences with their numbers masked. */
function rowsOf(output: string): string[] {
  return output
    .split('\n')
    .map(line => (/^\S/.test(line) ? line.replace(/ {2,}.*$/, '') : line.slice(0, FIRST_COLUMN)).trimEnd())
    .filter(line => /^ {0,2}[A-Za-z\d]/.test(line) || /^ {2}95 %/.test(line))
    .map(line => line.replaceAll(/\d[\d.,]*/g, 'N').replace(/http\S+/, 'URL'));
}

describe('the guide to measuring', () => {
  const place = new Workplace();
  let server: Server;
  const asked = {plain: 0, policy: 0};
  before(done => {
    // Every other call of plain fetch fails, and with the policy one in twenty of the first attempts: more than chance.
    server = createServer(({headers}, response) => {
      const fails = headers['x-correlation-id'] === undefined ? asked.plain++ % 2 === 0 : asked.policy++ % 20 === 0;
      response.writeHead(fails ? 503 : 200).end();
    });
    server.listen(0, '127.0.0.1', done);
  });
  after(done => {
    place.remove();
    server.close(done);
  });

  it('has the rows that its command prints', async () => {
    const [, command, shown] = COMMAND.exec(PAGE)!;
    place.write('policy.json', POLICY.exec(PAGE)![1]!);
    const {port} = server.address() as AddressInfo;
    const quick = command!
      .replaceAll('\\\n', ' ')
      .replace(':8180', `:${port}`)
      .replace(/--count \d+/, '--count 30')
      .replace(/--rate \d+/, '--rate 200');
    const {stdout} = await place.call([...quick.trim().split(/\s+/), '--yes', '--quiet']);
    const [printed, written] = [rowsOf(stdout), rowsOf(shown!)];
    expect(written).to.include('calls that succeeded');
    expect(printed).to.deep.equal(written);
  }).timeout(60_000);
});
