/** What the linter says of a trigger is what the client decides of an answer. */

import {expect} from 'chai';
import {actedOn, ambiguousTriggers} from '../../../lint/analysis/triggers.ts';
import {answered} from '../../../src/core/outcome.ts';
import type {AnswerContext} from '../../../src/decide/answers.ts';
import {grpcAnswers} from '../../../src/decide/answers-grpc.ts';
import {httpAnswers} from '../../../src/decide/answers-http.ts';
import {type Classification, harmless, type Sent} from '../../../src/decide/classification.ts';
import {classify} from '../../../src/decide/classify.ts';
import {CODE_NAMES} from '../../../src/decide/grpc-codes.ts';
import type {GrpcAnswer} from '../../../src/decide/grpc-hint.ts';
import {Transients} from '../../../src/decide/transients.ts';
import {defaultPolicy} from '../../../src/policy/defaults.ts';
import type {Policy, RetryTrigger} from '../../../src/policy/types.ts';

const contextOf = (retryOn: readonly RetryTrigger[]): AnswerContext => ({
  transients: new Transients(retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes: false,
});

const statusClassification = (status: number): Classification =>
  classify(answered(new Response(null, {status})), httpAnswers, contextOf([status]));

function codeClassification(code: number, sent: Sent, trailers: Record<string, string> = {}): Classification {
  const answer: GrpcAnswer = {status: code, committed: false, sent, trailer: name => trailers[name]};
  const trigger = CODE_NAMES[code] as RetryTrigger;
  return grpcAnswers.classify(answer, contextOf([trigger]));
}

describe('actedOn', () => {
  it('agrees with the client on every status', () => {
    for (let status = 200; status < 600; status++) {
      const {transient, sent} = statusClassification(status);
      expect(actedOn(status), String(status)).to.equal(
        status < 400 ? 'success' : harmless(sent) ? 'no' : transient ? 'maybe' : undefined,
      );
    }
  });

  it('agrees with the client on every code', () => {
    expect(CODE_NAMES).to.have.length.above(1);
    for (const [code, name] of CODE_NAMES.entries()) {
      if (name === 'OK') continue;
      const acted = actedOn(name);
      expect(codeClassification(code, 'maybe-processed').sent, name).to.equal('maybe-processed');
      expect(harmless(codeClassification(code, 'not-sent').sent), name).to.equal(acted === 'unless not sent');
      const hinted = codeClassification(code, 'maybe-processed', {'grpc-retry-pushback-ms': '100'});
      expect(harmless(hinted.sent), name).to.equal(acted === 'unless it says when');
    }
  });
});

describe('ambiguousTriggers', () => {
  const declared: Policy = {...defaultPolicy, idempotentMethods: ['POST']};
  const codes = CODE_NAMES.filter(name => name !== 'OK');

  it('counts gRPC codes only for routes that gRPC calls can match', () => {
    const policy: Policy = {...declared, retryOn: [503, 'INTERNAL']};
    expect(ambiguousTriggers(policy, 'POST', {path: '/v1/orders'})).to.deep.equal([503]);
    expect(ambiguousTriggers(policy, 'POST', {path: '/shop.Orders/Create'})).to.deep.equal(['INTERNAL', 503]);
    expect(ambiguousTriggers(policy, 'POST', {path: '/Orders/Create'})).to.deep.equal([503, 'INTERNAL']);
    expect(ambiguousTriggers(policy, 'POST', undefined)).to.deep.equal([503, 'INTERNAL']);
  });

  it('counts codes that the client distinguishes only for declared methods', () => {
    const retryOn: RetryTrigger[] = ['network', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED', 429];
    const match = {path: '/shop.Orders/Create'};
    expect(ambiguousTriggers({...defaultPolicy, retryOn}, 'POST', match)).to.deep.equal([]);
    expect(ambiguousTriggers({...declared, retryOn}, 'POST', match)).to.have.members(retryOn.slice(0, 3));
  });

  it('leaves codes that reject the request itself to RL102', () => {
    const found = ambiguousTriggers({...defaultPolicy, retryOn: codes}, 'POST', {path: '/shop.Orders/Create'});
    expect(found).to.deep.equal(['CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'DATA_LOSS']);
  });
});
