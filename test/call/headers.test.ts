/** The caller's headers, on each attempt. */
import {expect} from 'chai';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, virtually} from './world.ts';

describe('the headers of a call', () => {
  virtually('are combined if the same name is written in two ways', async make => {
    const world = make();
    await world.run(ITEMS, {headers: {'X-Mine': 'a', 'x-mine': 'b'}});
    expect(world.header('x-mine')).to.deep.equal(['a, b']);
  });

  virtually('are on the next attempt again after prepareAttempt deleted one from an attempt', async make => {
    const seen: (string | null | boolean)[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        prepareAttempt: ({attempt, headers}) => {
          seen.push(headers.has('authorization'), headers.get('authorization'));
          if (attempt === 1) headers.delete('Authorization');
        },
      },
    );
    world.serve(503, 200);
    await world.clock.run(() => world.fetch(ITEMS, {headers: {authorization: 'old'}}));
    expect(seen).to.deep.equal([true, 'old', true, 'old']);
    expect(world.header('authorization')).to.deep.equal([null, 'old']);
  });
});
