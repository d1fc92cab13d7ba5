/** The body of a response whose call waited, where the body was larger than is kept. */
import {expect} from 'chai';
import {holdBody} from '../../src/body/held-body.ts';
import {VirtualClock} from '../../src/testing.ts';
import {errorOf} from '../support/outcome.ts';

const KEPT = 65_536;
const MARK =
  '\n[BODY_DROPPED: The body of this 503 response is larger than 65536 bytes: the rest was dropped while the call waited to retry.]\n';

/** A response that was held, and is the answer after all. */
async function released(init: ResponseInit, body: BodyInit = 'x'.repeat(100_000)): Promise<Response> {
  const response = new Response(body, init);
  const held = holdBody(response, new VirtualClock(), null)!;
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(held.release()).to.equal(false);
  return response;
}

describe('a body that was cut', () => {
  const failed = (): Promise<Response> =>
    released({status: 503, headers: {'content-type': 'text/html', 'content-length': '100000', etag: '"1"'}});

  it('of an error has its beginning, and then a line that says why it ends', async () => {
    const response = await failed();
    expect(response.status).to.equal(503);
    expect(await response.text()).to.equal('x'.repeat(KEPT) + MARK);
    expect(response.bodyUsed).to.equal(true);
  });

  it('has no length among the headers, and all others', async () => {
    const response = await failed();
    expect([...response.headers]).to.deep.equal([
      ['content-type', 'text/html'],
      ['etag', '"1"'],
    ]);
    expect([...response.clone().headers]).to.deep.equal([...response.headers]);
    expect((await response.blob()).type).to.equal('text/html');
  });

  it('is no JSON, wherever it was cut', async () => {
    for (const body of [`[${'1,'.repeat(KEPT)}1]`, JSON.stringify('y'.repeat(KEPT)), `{}${' '.repeat(KEPT)}`]) {
      const response = await released({status: 500}, body);
      expect(await errorOf(() => response.json())).to.be.instanceOf(SyntaxError);
    }
  });

  it('can be cancelled, by a caller that does not await it', async () => {
    const response = await failed();
    response.body?.cancel();
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(await (await failed()).body!.cancel()).to.equal(undefined);
  });

  it('can be cloned', async () => {
    const response = await failed();
    const copy = response.clone();
    expect(copy.status).to.equal(503);
    expect([await copy.text(), await response.text()]).to.deep.equal(Array(2).fill('x'.repeat(KEPT) + MARK));
  });

  describe('of another response than an error', () => {
    it('fails when it is read, because a program could take a part for the whole', async () => {
      for (const read of [
        (response: Response) => response.text(),
        (response: Response) => response.body!.getReader().read(),
        (response: Response) => response.clone().text(),
      ]) {
        const response = await released({status: 200});
        expect(await errorOf(() => read(response))).to.include({code: 'BODY_DROPPED'});
      }
    });

    it('can be cancelled', async () => {
      expect(await (await released({status: 200})).body!.cancel()).to.equal(undefined);
    });
  });

  describe('because its connection broke', () => {
    const broke = new TypeError('terminated');
    async function broken(): Promise<Response> {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('half'));
          setTimeout(() => controller.error(broke), 5);
        },
      });
      return released({status: 503}, body);
    }

    it('fails with the same error when it is read', async () => {
      expect(await errorOf(async () => (await broken()).text())).to.equal(broke);
      expect(await errorOf(async () => (await broken()).clone().text())).to.equal(broke);
    });

    it('can be cancelled, also after it was cloned', async () => {
      const response = await broken();
      const copy = response.clone();
      response.body?.cancel();
      copy.body?.cancel();
      await new Promise(resolve => setTimeout(resolve, 5));
    });
  });

  it('is a used body where the response is frozen', async () => {
    const response = Object.freeze(new Response('x'.repeat(100_000), {status: 503}));
    const held = holdBody(response, new VirtualClock(), null)!;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(held.release()).to.equal(false);
    expect(response.bodyUsed).to.equal(true);
  });

  it('is cut again by a second client around the first', async () => {
    const response = await failed();
    const held = holdBody(response, new VirtualClock(), null)!;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(held.release()).to.equal(false);
    expect(await response.text()).to.equal('x'.repeat(KEPT) + MARK);
  });
});
