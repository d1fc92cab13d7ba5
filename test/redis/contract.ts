/** What shared guards rely on in Redis. The double in memory and a real Redis, through each driver, have to behave alike. */
import {expect} from 'chai';
import type {RedisSend} from '../../src/core/redis-send.ts';
import {PERMIT_SCRIPT} from '../../src/redis/permit-script.ts';
import {QUOTA_SCRIPT} from '../../src/redis/quota-script.ts';

/** @param open Returns the port to an empty Redis. */
export function describeContract(title: string, open: () => RedisSend): void {
  describe(title, () => {
    let send: (...args: string[]) => PromiseLike<unknown>;
    const lua = (text: string, ...args: string[]): PromiseLike<unknown> => send('EVAL', text, '1', 'key', ...args);

    before(async () => {
      const port = open();
      send = (...args) => port(args);
      await send('FLUSHALL');
    });
    afterEach(() => send('FLUSHALL'));

    it('runs a script by its SHA-1 once it is loaded', async () => {
      const sha = await send('SCRIPT', 'LOAD', "return {KEYS[1], ARGV[1], '7'}");
      expect(await send('EVALSHA', String(sha), '1', 'key', 'value')).to.deep.equal(['key', 'value', '7']);
    });

    it('answers NOSCRIPT for a script that it does not know', async () => {
      const error = await Promise.resolve(send('EVALSHA', 'f'.repeat(40), '0')).catch((error: unknown) => error);
      expect(String((error as Error).message)).to.match(/^NOSCRIPT/);
    });

    it('rejects if a script fails', async () => {
      const error = await Promise.resolve(lua("return redis.call('HINCRBY', KEYS[1], 'a', 'x')")).catch(
        (error: unknown) => error,
      );
      expect(error).to.be.an('error');
    });

    it('cuts the fractions of numbers in a reply, and ends a list at nil', async () => {
      expect(await lua("return {1, 2.9, -2.9, 'text', 3.0, nil, 5}")).to.deep.equal([1, 2, -2, 'text', 3]);
      expect(await lua("return redis.call('HGET', KEYS[1], 'missing')")).to.equal(null);
    });

    it('writes the numbers of a script without a needless point', async () => {
      await lua("redis.call('HSET', KEYS[1], 'whole', 3, 'sum', 1.5 + 1.5, 'part', 2.5)");
      expect(
        await lua("return {redis.call('HGET', KEYS[1], 'whole'), redis.call('HGET', KEYS[1], 'part')}"),
      ).to.deep.equal(['3', '2.5']);
      expect(await lua("return string.format('%.0f', 1e15 + 2)")).to.equal('1000000000000002');
    });

    it('keeps fields of hashes, and counts them', async () => {
      expect(await lua("return redis.call('HSET', KEYS[1], 'a', '1', 'b', '2')")).to.equal(2);
      expect(await lua("return redis.call('HSET', KEYS[1], 'a', '3')")).to.equal(0);
      expect(await lua("return redis.call('HINCRBY', KEYS[1], 'a', '-5')")).to.equal(-2);
      expect(await lua("return redis.call('HGET', KEYS[1], 'a')")).to.equal('-2');
      expect(await lua("return redis.call('HDEL', KEYS[1], 'a', 'x')")).to.equal(1);
      expect(await lua("return redis.call('HGETALL', KEYS[1])")).to.deep.equal(['b', '2']);
      expect(await lua("return redis.call('DEL', KEYS[1])")).to.equal(1);
      expect(await lua("return redis.call('HGETALL', KEYS[1])")).to.deep.equal([]);
    });

    it('keeps members by score, equal scores by name', async () => {
      expect(await lua("return redis.call('ZADD', KEYS[1], '2', 'c', '1', 'b', '2', 'a')")).to.equal(3);
      expect(await lua("return redis.call('ZADD', KEYS[1], 'NX', '0', 'c', '9', 'd')")).to.equal(1);
      expect(await lua("return redis.call('ZRANGE', KEYS[1], 0, -1)")).to.deep.equal(['b', 'a', 'c', 'd']);
      expect(await lua("return redis.call('ZSCORE', KEYS[1], 'c')")).to.equal('2');
      expect(await lua("return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '2')")).to.equal(3);
      expect(await lua("return redis.call('ZCARD', KEYS[1])")).to.equal(1);
      expect(await lua("return redis.call('ZREM', KEYS[1], 'd')")).to.equal(1);
      expect(await lua("return redis.call('ZCARD', KEYS[1])")).to.equal(0);
    });

    it('says the time in seconds and microseconds', async () => {
      const [seconds, micros] = (await lua("return redis.call('TIME')")) as string[];
      expect(Math.abs(Number(seconds) * 1000 - Date.now())).to.be.below(3_600_000);
      expect(Number(micros)).to.be.within(0, 999_999);
    });

    it('forgets a key whose time is over', async () => {
      await lua("redis.call('HSET', KEYS[1], 'a', '1')");
      expect(await lua("return redis.call('PEXPIRE', KEYS[1], '2')")).to.equal(1);
      expect(await lua("return redis.call('PEXPIRE', 'missing', '2')")).to.equal(0);
      while ((await lua("return redis.call('HGET', KEYS[1], 'a')")) !== null);
    });

    describe('the script of a quota', () => {
      /** In which the lease of the last grant ends. */
      let slot: number;
      let number = 0;
      /** One limit, of a window so long that nothing leaves it. */
      const ask = async (process: string, need: number, want: number, ...more: number[]): Promise<unknown[]> =>
        askWith(process, need, want, 0, ...more);
      const askWith = async (
        process: string,
        need: number,
        want: number,
        spare: number,
        ...more: number[]
      ): Promise<unknown[]> => {
        const limit = [100, 1e12, 0, 10, need, want, spare];
        const adjustments = more.length === 0 ? [0, 0] : more;
        const args = [
          String(++number),
          process,
          '1',
          '',
          '0',
          '0',
          '1000',
          '1',
          ...[...limit, ...adjustments].map(String),
        ];
        const reply = (await send('EVAL', QUOTA_SCRIPT, '3', '{q}:w', '{q}:p', '{q}:l', ...args)) as unknown[];
        const [, , , isGranted, waitMs, processes, granted, ends] = reply;
        slot = Number(ends);
        return [isGranted, Number(waitMs) > 0, processes, granted];
      };

      it('grants what waits, and what is likely to come, up to the part of a process in what is free then', async () => {
        expect(await askWith('one', 1, 1, 2)).to.deep.equal([1, false, 1, 3]);
        expect(await askWith('two', 1, 57, 10)).to.deep.equal([1, false, 2, 67]);
        expect(await askWith('two', 0, 0, 30)).to.deep.equal([1, false, 2, 15]);
        await ask('one', 20, 20);
        expect(await askWith('two', 0, 0, 30)).to.deep.equal([1, false, 2, 0]);
      });

      it('grants up to a lease of what waits while other processes wait, too', async () => {
        await ask('one', 90, 90);
        const first = slot;
        expect(await ask('two', 20, 20)).to.deep.equal([0, true, 2, 0]);
        expect(await ask('one', 5, 60, 1, number + 1, 1, 1, first, -90, 0)).to.deep.equal([1, false, 2, 10]);
      });

      it('grants nothing that does not fit, and then nothing to those behind', async () => {
        await ask('one', 90, 90);
        // Used half a window ago.
        const earlier = [1, number + 1, 2, 1, slot, -90, 1, slot - 64, 90];
        expect(await ask('two', 20, 20, ...earlier, 0)).to.deep.equal([0, true, 2, 0]);
        expect(await ask('three', 5, 5)).to.deep.equal([0, true, 3, 0]);
        expect(await ask('two', 10, 10)).to.deep.equal([1, false, 3, 10]);
      });

      it('grants to those behind what is free while the first waits for what was used just now', async () => {
        await ask('one', 90, 90);
        expect(await ask('two', 20, 20)).to.deep.equal([0, true, 2, 0]);
        expect(await ask('three', 5, 50)).to.deep.equal([1, false, 3, 10]);
        expect(await ask('three', 5, 5)).to.deep.equal([0, true, 3, 0]);
      });

      it('takes back what was not used, and counts what was used without a grant', async () => {
        await ask('one', 90, 90);
        const changes = [1, number + 1, 1, 1, slot, -50];
        expect(await ask('two', 20, 20, ...changes, 1, number + 1, 1, 0, 40)).to.deep.equal([1, false, 2, 20]);
        expect(await ask('two', 1, 1)).to.deep.equal([0, true, 2, 0]);
      });
    });

    describe('the script of permits', () => {
      /** Ten permits, after a first request whose share they are. @returns What the process holds, and what it should keep. */
      const ask = async (process: string, number: number, used: number, target: number, needed = target) => {
        const numbers = [10, 60_000, used, target, needed, 0, 1];
        const reply = await send(
          'EVAL',
          PERMIT_SCRIPT,
          '2',
          '{p}:h',
          '{p}:p',
          String(number),
          process,
          '1',
          '',
          '0',
          ...numbers.map(String),
        );
        return (reply as unknown[]).slice(2, 4);
      };

      it('grants what is free, and takes back what is given back', async () => {
        expect(await ask('one', 1, 0, 7)).to.deep.equal([7, 10]);
        expect(await ask('one', 2, 2, 2)).to.deep.equal([2, 10]);
        expect(await ask('one', 3, 2, 0)).to.deep.equal([2, 10]);
      });

      it('says what a process should keep if another one has too little', async () => {
        await ask('one', 1, 10, 10, 50);
        expect(await ask('two', 1, 0, 8)).to.deep.equal([0, 5]);
        expect(await ask('one', 2, 10, 10, 50)).to.deep.equal([10, 5]);
      });

      it('ignores a request that comes later than its successor', async () => {
        await ask('one', 2, 0, 8);
        expect(await ask('one', 1, 0, 2)).to.deep.equal([8, 10]);
      });
    });
  });
}
