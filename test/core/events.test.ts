import {expect} from 'chai';
import {guarded, type Listener, type SteadfetchEvent} from '../../src/core/events.ts';

const event: SteadfetchEvent = {type: 'breaker.changed', guarded: 'https://h.test', from: 'closed', to: 'open'};

describe('a guarded listener', () => {
  const {error: original} = console;
  let complaints: unknown[][];
  beforeEach(() => {
    complaints = [];
    console.error = (...words) => complaints.push(words);
  });
  afterEach(() => {
    console.error = original;
  });

  it('gets every event unchanged', () => {
    const heard: SteadfetchEvent[] = [];
    const listen = guarded(each => heard.push(each));
    listen(event);
    listen(event);
    expect(heard).to.deep.equal([event, event]);
    expect(heard[0]).to.equal(event);
    expect(complaints).to.deep.equal([]);
  });

  for (const thrown of [new Error('mine'), 'a string', undefined, null])
    it(`may throw without effect on the call, with one warning: ${thrown}`, () => {
      let calls = 0;
      const listen = guarded(() => {
        calls++;
        throw thrown;
      });
      for (let n = 0; n < 3; n++) expect(() => listen(event)).not.to.throw();
      expect(calls, 'it goes on listening').to.equal(3);
      expect(complaints).to.have.length(1);
      expect(complaints[0]![0]).to.match(/^steadfetch: .*listener threw/);
      expect(complaints[0]![1]).to.equal(thrown);
    });

  it('may reject without ending the process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    try {
      const listen = guarded((async () => {
        throw new Error('later');
      }) as Listener);
      listen(event);
      listen(event);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    } finally {
      process.removeListener('unhandledRejection', note);
      for (const other of others) process.on('unhandledRejection', other);
    }
    expect(unhandled).to.deep.equal([]);
    expect(complaints).to.have.length(1);
    expect(complaints[0]![1]).to.have.property('message', 'later');
  });

  it('is warned about separately from other listeners that throw', () => {
    const broken = guarded(() => {
      throw new Error('mine');
    });
    const alsoBroken = guarded(() => {
      throw new Error('mine too');
    });
    broken(event);
    alsoBroken(event);
    expect(complaints).to.have.length(2);
  });
});
