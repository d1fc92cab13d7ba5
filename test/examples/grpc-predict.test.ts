import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {ModelClient, type Step, startModel} from '../../examples/grpc-predict.ts';
import type {SteadfetchEvent} from '../../src/core.ts';

const down: Step = {code: status.UNAVAILABLE};

describe('grpc-predict', () => {
  const steps: Step[] = [];
  const events: SteadfetchEvent[] = [];
  let server: Awaited<ReturnType<typeof startModel>>;
  let client: ModelClient;
  before(async () => {
    server = await startModel(steps);
    client = new ModelClient(server.address, {random: () => 0.1, on: event => events.push(event)});
  });
  beforeEach(() => {
    events.length = 0;
  });
  after(() => {
    client.close();
    server.stop();
  });
  const scripted = (...script: Step[]): void => void steps.splice(0, steps.length, ...script);
  const attempts = (): number => events.filter(({type}) => type === 'attempt.end').length;
  const refused = (call: Promise<unknown>) => call.catch((error: unknown) => error);

  it('sends UNAVAILABLE and an attempt that hangs again', async () => {
    scripted(down, 'hang', down);
    expect(await client.predict('cat.png')).to.equal('cat.png is a cat');
    expect(attempts()).to.equal(4);
  });

  it('has four attempts', async () => {
    scripted(down, down, down, down);
    expect(await refused(client.predict('cat.png'))).to.include({code: status.UNAVAILABLE});
    expect(attempts()).to.equal(4);
  });

  for (const [what, step] of [
    ['a wrong request', {code: status.INVALID_ARGUMENT}],
    ['a server that forbids a retry', {...down, pushbackMs: '-1'}],
  ] as [string, Step][]) {
    it(`sends ${what} once`, async () => {
      scripted(step);
      expect(await refused(client.predict('cat.png'))).to.have.property('resilience');
      expect(attempts()).to.equal(1);
    });
  }

  it('the caller’s own deadline ends it', async () => {
    scripted('hang');
    expect(await refused(client.predict('cat.png', 60))).to.include({code: status.DEADLINE_EXCEEDED});
    expect(attempts()).to.equal(1);
  });

  it('sends a stream again that has not begun', async () => {
    scripted(down);
    const words: string[] = [];
    for await (const word of client.generate('cat.png')) words.push(word);
    expect(words).to.deep.equal(['It', 'is', 'a', 'cat.']);
    expect(attempts()).to.equal(2);
  });
});
