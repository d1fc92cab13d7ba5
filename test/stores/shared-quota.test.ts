/** Real processes that share a quota through a real Redis. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {QUOTA_SCRIPT} from '../../src/redis/quota-script.ts';
import {seededRandom} from '../../src/testing.ts';
import {describeContract} from '../redis/contract.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {DRIVERS, type Driver} from './drivers.ts';
import {expectLimit, MAX as LOAD_MAX, sendFor, withFour} from './quota-load.ts';
import {SlowLink} from './slow-link.ts';

const program = fileURLToPath(new URL('quota-process.ts', import.meta.url));
const MAX = 100;
const PER_MS = 2000;
/** On a busy machine a process is stopped between the moment it takes an amount, which is what counts, and the one it writes down. */
const LATE_MS = 200;

describe('a quota that is shared through a real Redis', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  for (const [name, open] of Object.entries(DRIVERS)) {
    let driver: Driver;
    describe(name, () => {
      before(async () => {
        driver = await open(redis.url);
      });
      after(() => driver?.close());
      describeContract('keeps the contract', () => driver.send);

      it('answers the script of a quota as the Redis in memory does', async () => {
        const double = new RedisDouble(() => Date.now());
        const random = seededRandom(7);
        const asked: string[][] = [];
        for (let call = 0; call < 300; call++) {
          const process = `process ${Math.floor(random() * 5)}`;
          const need = Math.floor(random() * 12);
          const numbers = [
            0,
            1000,
            1,
            1000,
            1e12,
            0,
            15,
            need,
            need + Math.floor(random() * 30),
            Math.floor(random() * 30),
            0,
            1,
            call + 1,
            1,
            5,
            Math.floor(random() * 4),
          ];
          const keys = ['{r}:w', '{r}:p', '{r}:l'];
          const args = [
            'EVAL',
            QUOTA_SCRIPT,
            '3',
            ...keys,
            String(call + 1),
            process,
            '1',
            '',
            '0',
            ...numbers.map(String),
          ];
          const known = (reply: unknown): unknown[] => {
            const [number, , , isGranted, , processes, granted] = (reply as unknown[]).map(Number);
            return [number, isGranted, processes, granted];
          };
          asked.push(args);
          // Some come again, also after later ones.
          const again = asked.slice(-20).filter(() => random() < 0.05);
          for (const each of [args, ...again])
            expect(known(await driver.send(each)), `call ${call}`).to.deep.equal(known(double.run(each)));
        }
        await driver.send(['FLUSHALL']);
      });

      it('is used by four processes, and no window holds more than its limit', async () => {
        const processes = Array.from({length: 4}, () => start(name, 10));
        const sent = (await Promise.all(processes.map(({sent}) => sent))).flat();
        expect(sent.length).to.be.above(2 * MAX);
        expect(mostIn(sent)).to.be.at.most(most());
        const lengthMs = Math.max(...sent) - Math.min(...sent);
        // How much exactly is a question for test/redis: here, other programs may use the processor.
        const used = sent.length / (MAX * (lengthMs / PER_MS));
        expect(used).to.be.at.least(0.85);
        await driver.send(['FLUSHALL']);
      });

      it('keeps its limit although processes are killed at any time and started again', async () => {
        const random = seededRandom(3);
        const ended: Promise<number[]>[] = [];
        const running = Array.from({length: 4}, () => start(name, 30));
        for (let kills = 0; kills < 8; kills++) {
          const index = Math.floor(random() * running.length);
          const victim = running[index]!;
          await victim.sending;
          await new Promise(resolve => setTimeout(resolve, random() * 300));
          victim.child.kill('SIGKILL');
          ended.push(victim.sent);
          running[index] = start(name, 30);
        }
        for (const {child, sent} of running) {
          child.kill('SIGKILL');
          ended.push(sent);
        }
        const sent = (await Promise.all(ended)).flat();
        expect(sent.length).to.be.above(MAX);
        expect(mostIn(sent)).to.be.at.most(most());
        await driver.send(['FLUSHALL']);
      });
    });
  }

  for (const roundTripMs of [60, 200])
    it(`keeps its limit over round trips of ${roundTripMs} ms, and is used`, async () => {
      const link = await SlowLink.to(redis.port, roundTripMs);
      try {
        await withFour(
          () => DRIVERS['node-redis']!(link.url),
          async drivers => {
            const load = await sendFor(4000, drivers, `over ${roundTripMs} ms`);
            expectLimit(load);
            expect(load.sent.length).to.be.above(LOAD_MAX);
          },
        );
      } finally {
        link.close();
      }
    });

  /** Whether Redis counted as lost in a process, because the machine was so busy. */
  let wasLost = false;
  beforeEach(() => {
    wasLost = false;
  });
  /** In the first window after a loss, processes may send twice the limit. */
  const most = (): number => (wasLost ? 2 * MAX : MAX);

  interface Started {
    readonly child: ChildProcess;
    /** Resolves once something was sent. */
    readonly sending: Promise<unknown>;
    /** When attempts were sent, once the process has ended. */
    readonly sent: Promise<number[]>;
  }

  function start(driver: string, seconds: number): Started {
    const args = [program, redis.url, driver, `${MAX}`, `${PER_MS}`, `${seconds}`];
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    // A killed process may have written half a line.
    const sent = once(child, 'close').then(() => {
      const lines = text.split('\n').slice(0, -1);
      wasLost ||= lines.includes('lost');
      return lines.filter(line => line !== 'lost').map(Number);
    });
    return {child, sending: once(child.stdout, 'data'), sent};
  }
});

function mostIn(sent: readonly number[]): number {
  const times = sent.toSorted((one, other) => one - other);
  return Math.max(...times.map((at, index) => index + 1 - times.findIndex(earlier => earlier > at - PER_MS + LATE_MS)));
}
