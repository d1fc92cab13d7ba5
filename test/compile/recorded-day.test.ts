/** Scenes of the recorded day under compiled policies: each line stays what it is under the same policy as data. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {useOverrides} from '../../src/compiled.ts';
import {concurrencyScenes} from '../recording/concurrency-scenes.ts';
import {failoverScenes} from '../recording/failover-scenes.ts';
import {fetchScenes} from '../recording/fetch-scenes.ts';
import {hedgeScenes} from '../recording/hedge-scenes.ts';
import {kyScenes} from '../recording/ky-scenes.ts';
import {modelScenes} from '../recording/model-scenes.ts';
import {quotaScenes} from '../recording/quota-scenes.ts';
import type {Scenes} from '../recording/scene.ts';
import {Stage} from '../recording/stage.ts';
import {storeScenes} from '../recording/store-scenes.ts';
import {streamScenes} from '../recording/stream-scenes.ts';
import {warmUpScenes} from '../recording/warm-up-scenes.ts';
import {compiledHandle} from '../support/compiled-handle.ts';

const GROUPS: Readonly<Record<string, Scenes>> = {
  concurrency: concurrencyScenes,
  failover: failoverScenes,
  fetch: fetchScenes,
  hedge: hedgeScenes,
  ky: kyScenes,
  model: modelScenes,
  quota: quotaScenes,
  store: storeScenes,
  stream: streamScenes,
  'warm-up': warmUpScenes,
};

/** Scenes that replace their policy, which a compiled one does not allow. */
const REPLACED = [
  'deadlines, and retries that are switched off',
  'another policy meanwhile, with other endpoints',
  'retries are switched off, and another policy put in place',
  'retries are switched off, and the policy replaced, while calls wait',
];

describe('a recorded day under compiled policies', () => {
  const {definePolicy} = Stage;
  before(() => {
    useOverrides();
    Stage.definePolicy = compiledHandle;
  });
  after(() => {
    Stage.definePolicy = definePolicy;
  });

  for (const [group, scenes] of Object.entries(GROUPS)) {
    const recorded = readFileSync(new URL(`../recording/recorded/${group}.txt`, import.meta.url), 'utf8');
    for (const [name, play] of Object.entries(scenes).filter(([name]) => !REPLACED.includes(name)))
      it(`${group}: ${name}`, async () => {
        const text = recorded.split(/^# /m).find(scene => scene.startsWith(`${name}\n`))!;
        expect(await play()).to.deep.equal(text.trimEnd().split('\n').slice(1));
      });
  }
});
