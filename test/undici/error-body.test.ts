/** The body of an error that is whole before the engine asks for it. */
import {expect} from 'chai';
import {type Dispatcher, MockAgent, request} from 'undici';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';

describe('the body of an error through undici', () => {
  it('is read at once where it has arrived: no time passes', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const body = JSON.stringify({error: {code: 'insufficient_quota', message: 'Check your plan.'}});
    let sends = 0;
    const replies = agent
      .get('https://api.test')
      .intercept({path: '/v1', method: 'POST'})
      .reply(() => {
        sends++;
        return {statusCode: 429, data: body, responseOptions: {headers: {'content-type': 'application/json'}}};
      });
    replies.times(2);
    const clock = new VirtualClock();
    const policy = {refusals: {readBytes: 1000}, maxAttempts: 2, budget: null, breaker: null} as const;
    const dispatcher: Dispatcher = agent.compose(resilienceInterceptor(policy, {clock}));
    const answer = await request('https://api.test/v1', {method: 'POST', dispatcher});
    expect(answer.statusCode).to.equal(429);
    expect(await answer.body.text()).to.equal(body);
    expect(clock.now()).to.equal(0);
    expect(sends).to.equal(1);
    await agent.close();
  });
});
