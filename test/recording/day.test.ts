/** A day of calls through every adapter, on virtual time: reports, events and spans stay byte for byte the same. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {batchScenes} from './batch-scenes.ts';
import {fetchScenes} from './fetch-scenes.ts';
import {grpcScenes} from './grpc-scenes.ts';
import {kyScenes} from './ky-scenes.ts';
import {undiciScenes} from './undici-scenes.ts';

/** Written anew by `RECORD=1 npm test -- test/recording/day.test.ts`. */
const RECORDING = new URL('day.txt', import.meta.url);

const SCENES: Record<string, () => Promise<string[]>> = {
  ...fetchScenes,
  ...kyScenes,
  ...undiciScenes,
  ...grpcScenes,
  ...batchScenes,
};

describe('a recorded day', () => {
  if (process.env.RECORD === '1') {
    // unasserted: writes the file that the tests below read.
    it('is written anew', async () => {
      const texts: string[] = [];
      for (const [name, play] of Object.entries(SCENES)) texts.push(`# ${name}\n${(await play()).join('\n')}\n`);
      writeFileSync(RECORDING, texts.join('\n'));
    });
    return;
  }
  const recorded = new Map(
    readFileSync(RECORDING, 'utf8')
      .split(/^# /m)
      .slice(1)
      .map(text => [text.slice(0, text.indexOf('\n')), text.trimEnd().split('\n').slice(1)]),
  );

  for (const [name, play] of Object.entries(SCENES)) {
    it(name, async () => {
      expect(await play()).to.deep.equal(recorded.get(name));
    });
  }

  it('has no other scenes', () => {
    expect([...recorded.keys()]).to.deep.equal(Object.keys(SCENES));
  });
});
