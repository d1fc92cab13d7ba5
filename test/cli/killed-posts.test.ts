/** A batch of POSTs that may be sent once only, killed while requests are under way. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {CountingServer, killAndCountActs} from './killed.ts';
import {Workplace} from './running.ts';

const ITEMS = 120;
const KILLS = 3;

describe('steadfetch batch under the default policy, killed at random moments', () => {
  let place: Workplace;
  let server: CountingServer;
  const random = seededRandom(Number(process.env.SEED ?? 11));
  beforeEach(async () => {
    place = new Workplace();
    // Slow enough that each kill finds requests under way.
    server = await CountingServer.start(random, {failing: 0, delayMs: () => 1 + random() * 20});
  });
  afterEach(async () => {
    await server.close();
    place.remove();
  });

  it('sends no POST twice, and gives each request one result', async () => {
    const {args, last, results} = await killAndCountActs(place, server, {items: ITEMS, kills: KILLS, random});
    const failed = results.filter(({error}) => error !== null);
    expect(failed, 'requests under way at a kill').to.not.be.empty;
    expect(failed.length).to.be.at.most(KILLS * 16);
    for (const {error} of failed)
      expect(error).to.deep.equal({
        code: 'interrupted',
        message: 'the request was under way when the process ended, and the server may have acted',
      });
    expect(last.code, last.stderr).to.equal(1);
    expect(last.stderr).to.include(`interrupted, may-have-acted (${failed.length})`);
    expect(place.results('results.errors.jsonl')).to.have.length(failed.length);

    const retried = await place.run([...args, '--retry-failed']);
    expect(retried.code, retried.stderr).to.equal(0);
    expect(
      server.arrivals
        .slice(-failed.length)
        .map(({n}) => `r-${n}`)
        .sort(),
    ).to.deep.equal(failed.map(({custom_id}) => custom_id).sort());
  }).timeout(60_000);
});
