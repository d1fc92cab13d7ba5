import {expect} from 'chai';
import {CallSignal} from '../../src/core/abort-source.ts';

describe('CallSignal', () => {
  it('aborts once, with the first reason, and notifies each listener once', () => {
    const signal = new CallSignal();
    const notified: unknown[] = [];
    const listener = {handleEvent: ({target}: {target: unknown}) => notified.push((target as CallSignal).reason)};
    signal.addEventListener('abort', listener);
    signal.abort('first');
    signal.abort('second');
    expect([signal.aborted, signal.reason, notified]).to.deep.equal([true, 'first', ['first']]);
  });

  it('does not notify a listener that has left', () => {
    const signal = new CallSignal();
    let notified = 0;
    const listener = {handleEvent: () => void notified++};
    signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', listener);
    signal.abort('reason');
    expect(notified).to.equal(0);
  });
});
