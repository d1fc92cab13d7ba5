/** The summary ends with what to do: how many failures may be retried, after how long, how many only with a key, and how many never. */
import {expect} from 'chai';
import {answerText} from '../../src/cli/triage-answer.ts';
import {triaged} from './triaged.ts';

const answer = (...records: object[]): string =>
  answerText(triaged(records.map(each => JSON.stringify(each)).join('\n')).summary);

const get = {method: 'GET', url: '/a'};
const post = {method: 'POST', url: '/a'};

describe('triage: the answer', () => {
  it('counts each failure once, by what may be done', () => {
    expect(
      answer(
        {...get, status: 503},
        {...get, response: {status: 429, headers: {'retry-after': '20'}}},
        {...post, err: {message: 'connect ECONNREFUSED 10.0.0.9:443'}},
        {...post, status: 503},
        {...post, status: 400},
        {...post, status: 429, body: {error: {code: 'insufficient_quota'}}},
      ),
    ).to.equal('3 of 6 may be retried, the longest wait is 21 s; 1 needs a key; 2 must not be retried (2 need a fix).');
  });

  it('names a wait that is longer than the policy allows', () => {
    expect(answer({...get, response: {status: 429, headers: {'retry-after': '3600'}}})).to.equal(
      '0 of 1 may be retried; 1 asks for a wait of 3600 s, more than the policy allows.',
    );
  });

  it('is short where there is one thing to do', () => {
    expect(answer({...get, status: 503})).to.equal('1 of 1 may be retried, the longest wait is 100 ms.');
    expect(answer({...post, status: 404})).to.equal('0 of 1 may be retried; 1 must not be retried (1 needs a fix).');
  });

  it('says that there is none where nothing was read', () => {
    expect(answerText(triaged('>> call to payments failed <<\n').summary)).to.equal(
      'No answer: 1 line has a sign of a failure, and none was read.',
    );
  });

  it('says that lines were not read beside those that were', () => {
    const log = `${JSON.stringify({...get, status: 503})}\n>> call to payments failed <<\n`;
    expect(answerText(triaged(log).summary)).to.equal(
      '1 of 1 may be retried, the longest wait is 100 ms. 1 line with a sign of a failure was not read.',
    );
  });

  it('is a record in the summary', () => {
    const {summary} = triaged(
      [
        {...get, status: 503},
        {...post, status: 503},
      ]
        .map(each => JSON.stringify(each))
        .join('\n'),
    );
    expect(summary.answer).to.deep.equal({
      mayRetry: 1,
      needKey: 1,
      waitTooLong: 0,
      mustNot: 0,
      fix: 0,
      longestWaitMs: 100,
      longestAskedMs: null,
    });
  });
});
