/** A batch in a trace: one span per call, one per request, none left open. */
import {expect} from 'chai';
import {answer, runBatch} from '../../src/batch.ts';
import {Tracing} from '../support/otel.ts';

describe('spans of a batch', () => {
  let tracing: Tracing;
  before(() => {
    tracing = new Tracing();
  });
  after(() => tracing.stop());

  it('are those of its calls, halves and retries too; each request carries its traceparent', async () => {
    const parents: (string | undefined)[] = [];
    await runBatch(
      [...'abcd'],
      {
        chunkSize: 4,
        sendChunk: (items, {headers, attempt}) => {
          parents.push(headers.traceparent);
          if (attempt === 1) return answer(503, 'busy');
          return items.includes('c') ? answer(400, 'bad') : items;
        },
      },
      {
        target: {url: 'https://shop.test/items'},
        policy: {idempotentMethods: ['POST'], backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0}},
      },
    );
    const names = tracing.spans.map(({name}) => name);
    // abcd, ab, cd, c and d.
    expect(names.filter(name => name === 'steadfetch POST')).to.have.length(5);
    expect(names.filter(name => name === 'POST')).to.have.length(parents.length);
    expect(parents).not.to.include(undefined);
    expect(new Set(parents).size).to.equal(parents.length);
    expect(tracing.open).to.be.empty;
    expect(tracing.complaints).to.be.empty;
  });
});
