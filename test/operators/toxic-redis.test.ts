/** Guards that are shared over a link to Redis that Toxiproxy slows, resets and silences: calls go on, and the guards are shared again. */
import {expect} from 'chai';
import {findGoTool, toxiproxy} from '../../tools/go/find.ts';
import {type Link, startToxiproxy, type Toxic, type Toxiproxy} from '../../tools/toxiproxy/start.ts';
import {DRIVERS} from '../stores/drivers.ts';
import {RedisLoad} from '../stores/redis-load.ts';
import {RedisServer, redisMissing} from '../support/redis-server.ts';

const TOXICS: Readonly<Record<string, Toxic>> = {
  'is slow': {type: 'latency', attributes: {latency: 2000}},
  'resets connections': {type: 'reset_peer', attributes: {timeout: 0}},
  'says nothing more': {type: 'timeout', attributes: {timeout: 0}},
};

describe('guards that are shared over a link of Toxiproxy', function () {
  this.timeout(30 * 60_000);
  let proxy: Toxiproxy;
  let redis: RedisServer;
  let link: Link;

  before(async function () {
    const found = await findGoTool(toxiproxy, true);
    const missing = redisMissing ?? ('missing' in found ? `skipped: ${found.missing}` : undefined);
    if (missing !== undefined || 'missing' in found) {
      console.log(`    ${missing}`);
      return this.skip();
    }
    proxy = await startToxiproxy(found.binary);
    redis = await RedisServer.start();
    link = await proxy.link(`http://127.0.0.1:${redis.port}`);
  });
  after(async () => {
    await proxy?.stop();
    await redis?.stop();
  });

  for (const driver of Object.keys(DRIVERS))
    for (const [what, toxic] of Object.entries(TOXICS))
      it(`let calls go on over ${driver} while the link ${what}, and share again once it is healed`, async () => {
        const load = await RedisLoad.start(link.url.replace('http', 'redis'), driver);
        try {
          await load.all(true);
          await load.more(200);
          await link.add(toxic);
          await load.all(false);
          await load.more(200);
          await link.heal();
          await load.all(true);
          await load.more(200);
        } finally {
          await link.heal();
          await load.stop();
        }
        expect(load.errors).to.deep.equal([]);
      });
});
