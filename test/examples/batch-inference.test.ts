import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {labelAll, type Model, type Run, someTexts, startModel} from '../../examples/batch-inference.ts';

/** Requests that are answered before the run is stopped: results wait for the disk, which a busy machine has little of. */
const ANSWERED = 20;

/** Later requests hang until their run is stopped. @returns Ends it. */
function answerFirst(): () => void {
  const {fetch} = globalThis;
  let sent = 0;
  globalThis.fetch = (input, init) => {
    if (++sent <= ANSWERED) return fetch(input, init);
    const signal = init!.signal!;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  return () => {
    globalThis.fetch = fetch;
  };
}

describe('batch-inference', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-example-'));
  const texts = [...someTexts()];
  let model: Model;
  let stopped: Run;
  let asked: ReadonlyMap<string, number>;
  let resumed: Run;
  before(async () => {
    model = await startModel();
    const answerAll = answerFirst();
    stopped = await labelAll(texts, model.url, join(folder, 'journal'), count => count >= 150).finally(answerAll);
    asked = new Map(model.asked);
    resumed = await labelAll(texts, model.url, join(folder, 'journal'));
  });
  after(() => {
    model.close();
    rmSync(folder, {recursive: true});
  });

  it('is stopped halfway, with what it has', () => {
    expect(stopped.report.ended).to.equal('aborted');
    expect(stopped.results.length).to.be.within(150, 600);
  });

  it('goes on: every text has its label, and the one that is too long its error', () => {
    const results = resumed.results.toSorted((a, b) => a.index - b.index);
    expect(results.map(({item}) => item)).to.deep.equal(texts);
    const failed = resumed.results.filter(({ok}) => !ok);
    expect(failed.map(({index}) => index)).to.deep.equal([222]);
    expect(failed[0]).to.have.nested.property('failure.code', '400');
  });

  it('asks for nothing again that was labelled before it was stopped', () => {
    for (const {item} of stopped.results) expect(model.asked.get(item), item).to.equal(asked.get(item));
    expect(resumed.report.resumed).to.be.at.least(100);
  });

  it('sends in chunks, again only what has to be, and duplicates once', () => {
    expect(resumed.report.deduplicated).to.be.within(60, 100);
    expect(stopped.report.requests + resumed.report.requests).to.be.below(200);
    const times = [...model.asked.values()];
    // One in twenty chunks fails whole, and the chunk with the text that is too long is sent in halves.
    expect(times.reduce((sum, count) => sum + count, 0) / times.length, 'requests per text').to.be.below(1.5);
  });
});
