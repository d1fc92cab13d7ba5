import {expect} from 'chai';
import {breakBody} from '../../src/body/dropped-body.ts';
import {thrown} from '../call/world.ts';

describe('a response whose body was dropped', () => {
  const error = new Error('dropped');
  const broken = (): Response => {
    const response = new Response('text', {status: 503});
    breakBody(response, error);
    return response;
  };

  it('keeps its status, and says why its body cannot be read', async () => {
    const response = broken();
    expect(response.status).to.equal(503);
    expect(await thrown(response.text())).to.equal(error);
    expect(await thrown(broken().json())).to.equal(error);
  });

  it('says so to a reader of its stream', async () => {
    expect(await thrown(broken().body!.getReader().read())).to.equal(error);
  });

  it('cannot be cloned', () => {
    expect(() => broken().clone()).to.throw(error.message);
  });

  it('is not changed if it is frozen', async () => {
    const response = Object.freeze(new Response('text'));
    breakBody(response, error);
    expect(await response.text()).to.equal('text');
  });
});
