/** A day of calls through every adapter, on virtual time: requests, reports, events and spans stay byte for byte the same. */
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {adapterScenes} from './adapter-scenes.ts';
import {balanceScenes} from './balance-scenes.ts';
import {batchScenes} from './batch-scenes.ts';
import {concurrencyScenes} from './concurrency-scenes.ts';
import {failoverScenes} from './failover-scenes.ts';
import {fetchScenes} from './fetch-scenes.ts';
import {grpcScenes} from './grpc-scenes.ts';
import {guardScenes} from './guard-scenes.ts';
import {hedgeScenes} from './hedge-scenes.ts';
import {kyScenes} from './ky-scenes.ts';
import {modelScenes} from './model-scenes.ts';
import {quotaScenes} from './quota-scenes.ts';
import type {Scenes} from './scene.ts';
import {storeScenes} from './store-scenes.ts';
import {streamScenes} from './stream-scenes.ts';
import {tableScenes} from './table-scenes.ts';
import {timeScenes} from './time-scenes.ts';
import {undiciScenes} from './undici-scenes.ts';
import {userScenes} from './user-scenes.ts';
import {waitScenes} from './wait-scenes.ts';
import {warmUpScenes} from './warm-up-scenes.ts';

/** Written anew by `RECORD=1 npm test -- test/recording/day.test.ts`. */
const RECORDED = new URL('recorded/', import.meta.url);

/** Each group is a file. */
const GROUPS: Readonly<Record<string, Scenes>> = {
  fetch: fetchScenes,
  ky: kyScenes,
  undici: undiciScenes,
  grpc: grpcScenes,
  batch: batchScenes,
  failover: failoverScenes,
  balance: balanceScenes,
  'warm-up': warmUpScenes,
  quota: quotaScenes,
  concurrency: concurrencyScenes,
  hedge: hedgeScenes,
  stream: streamScenes,
  model: modelScenes,
  guard: guardScenes,
  wait: waitScenes,
  user: userScenes,
  time: timeScenes,
  store: storeScenes,
  adapter: adapterScenes,
  table: tableScenes,
};

const fileOf = (group: string): URL => new URL(`${group}.txt`, RECORDED);

describe('a recorded day', () => {
  if (process.env.RECORD === '1') {
    for (const [group, scenes] of Object.entries(GROUPS)) {
      // unasserted: writes the files that the tests below read.
      it(`${group} is written anew`, async () => {
        const texts: string[] = [];
        for (const [name, play] of Object.entries(scenes)) texts.push(`# ${name}\n${(await play()).join('\n')}\n`);
        mkdirSync(RECORDED, {recursive: true});
        writeFileSync(fileOf(group), texts.join('\n'));
      });
    }
    return;
  }

  for (const [group, scenes] of Object.entries(GROUPS)) {
    describe(group, () => {
      const recorded = new Map(
        (existsSync(fileOf(group)) ? readFileSync(fileOf(group), 'utf8') : '')
          .split(/^# /m)
          .slice(1)
          .map(text => [text.slice(0, text.indexOf('\n')), text.trimEnd().split('\n').slice(1)]),
      );

      for (const [name, play] of Object.entries(scenes)) {
        it(name, async () => {
          expect(await play()).to.deep.equal(recorded.get(name));
        });
      }

      it('has no other scenes', () => {
        expect([...recorded.keys()]).to.deep.equal(Object.keys(scenes));
      });
    });
  }

  it('has no other groups', () => {
    expect(readdirSync(RECORDED).sort()).to.deep.equal(
      Object.keys(GROUPS)
        .map(group => `${group}.txt`)
        .sort(),
    );
  });
});
