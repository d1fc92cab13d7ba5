/** The model of the service: what becomes of a request, and when. */
import {expect} from 'chai';
import type {ScenarioServiceInput} from '../../../src/simulate/scenario/types.ts';
import {ServiceWorld} from './service-world.ts';

const TEN = {ms: 10} as const;

async function told(service: ScenarioServiceInput, ...arrivals: readonly number[]): Promise<string[]> {
  const world = new ServiceWorld(service);
  for (const atMs of arrivals) world.arrive(atMs);
  return world.run();
}

describe('ServiceModel', () => {
  it('answers after its latency, each request apart', async () => {
    expect(await told({latencyMs: TEN}, 0, 5)).to.deep.equal(['0: 200 at 10', '1: 200 at 15']);
  });

  it('adds the network there and back', async () => {
    expect(await told({latencyMs: TEN, networkMs: {ms: 3}}, 0)).to.deep.equal(['0: 200 at 16']);
  });

  it('takes longer for each request in processing', async () => {
    const service = {latencyMs: {ms: 100}, msPerConcurrent: 10};
    expect(await told(service, 0, 0, 0)).to.deep.equal(['0: 200 at 110', '1: 200 at 120', '2: 200 at 130']);
  });

  it('generates as many tokens as a request asks for', async () => {
    const world = new ServiceWorld({latencyMs: TEN, tokensPerSecond: 100});
    world.arrive(0, {outputTokens: 50});
    expect(await world.run()).to.deep.equal(['0: 200 at 510']);
  });

  describe('with a capacity', () => {
    const service = {latencyMs: TEN, capacity: {workers: 1, queue: 1}};

    it('lets requests wait in the order of their arrival, and refuses what finds the line full', async () => {
      expect(await told(service, 0, 1, 2, 15)).to.deep.equal([
        '2: 503 at 2',
        '0: 200 at 10',
        '1: 200 at 20',
        '3: 200 at 30',
      ]);
    });

    it('finishes the work of clients that have given up, as most servers do', async () => {
      const world = new ServiceWorld(service);
      world.arrive(0, {}, 0, 2);
      world.arrive(1);
      expect(await world.run()).to.deep.equal(['1: 200 at 20']);
      expect(world.model.processed).to.equal(2);
    });

    it('processes a request in line whose client has given up', async () => {
      const world = new ServiceWorld(service);
      world.arrive(0);
      world.arrive(1, {}, 0, 5);
      world.arrive(12);
      expect(await world.run()).to.deep.equal(['0: 200 at 10', '2: 200 at 30']);
    });

    it('drops such work where the scenario says so', async () => {
      const world = new ServiceWorld({latencyMs: TEN, capacity: {workers: 1, queue: 2, stopsAbandoned: true}});
      world.arrive(0, {}, 0, 4);
      world.arrive(1, {}, 0, 3);
      world.arrive(2);
      expect(await world.run()).to.deep.equal(['2: 200 at 14']);
      expect([world.model.processed, world.model.inFlight]).to.deep.equal([2, 0]);
    });

    it('is empty after the last request', async () => {
      const world = new ServiceWorld(service);
      for (const atMs of [0, 1, 2, 3, 20]) world.arrive(atMs);
      await world.run();
      expect(world.model.inFlight).to.equal(0);
      expect(world.model).to.deep.include({received: 5, processed: 3, refused: 2});
    });
  });

  describe('with faults', () => {
    it('answers, breaks or refuses within their time', async () => {
      const faults = [
        {status: 500, fromMs: 10, toMs: 20, afterMs: 2},
        {kind: 'reset', fromMs: 20, toMs: 30},
        {kind: 'refused', fromMs: 30, toMs: 40},
        {kind: 'hang', fromMs: 40, toMs: 50},
      ] as const;
      expect(await told({latencyMs: {ms: 1}, faults}, 5, 15, 25, 35, 45, 55)).to.deep.equal([
        '0: 200 at 6',
        '1: 500 at 17',
        '2: reset at 25',
        '3: refused at 35',
        '5: 200 at 56',
      ]);
    });

    it('takes longer by a factor, a law, or both, and only within its time', async () => {
      const faults = [
        {kind: 'slow', factor: 3, fromMs: 10, toMs: 20},
        {kind: 'slow', addedMs: {ms: 40}, fromMs: 20, toMs: 30},
        {kind: 'slow', factor: 2, addedMs: {ms: 7}, fromMs: 30},
      ] as const;
      const at = (atMs: number) => told({latencyMs: TEN, msPerConcurrent: 1, faults}, atMs);
      expect([await at(5), await at(15), await at(25), await at(35)]).to.deep.equal([
        ['0: 200 at 16'],
        ['0: 200 at 48'],
        ['0: 200 at 76'],
        ['0: 200 at 64'],
      ]);
    });

    it('keeps a worker as long as a slow request takes', async () => {
      const service = {latencyMs: TEN, capacity: {workers: 1}, faults: [{kind: 'slow', factor: 10, toMs: 1}] as const};
      expect(await told(service, 0, 5)).to.deep.equal(['0: 200 at 100', '1: 200 at 110']);
    });

    it('slows the work that begins during a fault, whenever its request arrived', async () => {
      const faults = [{kind: 'slow', factor: 10, fromMs: 5, toMs: 15}] as const;
      const service = {latencyMs: TEN, capacity: {workers: 1}, faults};
      // The first begins at 0, the second in the fault, the others after it, although all arrive before it ends.
      const expected = ['0: 200 at 10', '1: 200 at 110', '2: 200 at 120', '3: 200 at 130'];
      expect(await told(service, 0, 6, 7, 8)).to.deep.equal(expected);
    });

    it('slows an event stream down as a whole', async () => {
      const stream = {firstContentMs: {ms: 20}, contentMs: {ms: 30}};
      const service = {latencyMs: TEN, stream, faults: [{kind: 'slow', factor: 2}] as const};
      expect(await told(service, 0)).to.deep.equal(['0: 200 at 20', '0: content at 60', '0: end at 120']);
    });

    it('processes the request first where the fault says so, and counts it as processed', async () => {
      const world = new ServiceWorld({latencyMs: TEN, faults: [{kind: 'reset', when: 'processing'}]});
      world.arrive(0);
      expect(await world.run()).to.deep.equal(['0: reset at 10']);
      expect(world.model.processed).to.equal(1);
    });

    it('does not count a refused connection as a request', async () => {
      const world = new ServiceWorld({latencyMs: TEN, faults: [{kind: 'refused'}]});
      world.arrive(0);
      await world.run();
      expect(world.model.received).to.equal(0);
    });

    it('refuses a connection after the time that it takes, unless its client gives up before', async () => {
      const world = new ServiceWorld({latencyMs: TEN, faults: [{kind: 'refused', afterMs: 100}]});
      world.arrive(0);
      world.arrive(5, {}, 0, 50);
      expect(await world.run()).to.deep.equal(['0: refused at 100']);
      expect(world.model).to.deep.include({received: 0, processed: 0});
    });

    it('knows when every connection is refused, and for how long that is certain', async () => {
      const world = new ServiceWorld({
        latencyMs: TEN,
        faults: [
          {kind: 'refused', ratio: 0.5, fromMs: 10, toMs: 30},
          {kind: 'refused', ratio: 0.5, fromMs: 20, toMs: 40},
          {status: 503, fromMs: 40},
        ],
      });
      const seen: unknown[] = [];
      for (const atMs of [0, 10, 20, 30, 40])
        world.at(atMs, () => {
          const {areRefused, forMs} = world.model.connections();
          seen.push([areRefused, forMs]);
        });
      await world.run();
      expect(seen).to.deep.equal([
        [false, 10],
        [false, 10],
        [true, 10],
        [false, 10],
        [false, Number.POSITIVE_INFINITY],
      ]);
    });

    it('shares the requests among faults by one random number', async () => {
      let next = 0;
      const draws = [0.1, 0.3, 0.6];
      const world = new ServiceWorld(
        {
          latencyMs: TEN,
          faults: [
            {status: 500, ratio: 0.2},
            {status: 502, ratio: 0.2},
          ],
        },
        () => draws[next++]!,
      );
      for (const atMs of [0, 1, 2]) world.arrive(atMs);
      expect(await world.run()).to.deep.equal(['0: 500 at 0', '1: 502 at 1', '2: 200 at 12']);
    });

    it('sends the headers and the body of a fault', async () => {
      const faults = [{status: 429, headers: [{name: 'Retry-After', value: '7'}], body: '{"error":{}}'}];
      const world = new ServiceWorld({latencyMs: TEN, faults});
      world.arrive(0);
      await world.run();
      expect(world.answers[0]!.headers.get('retry-after')).to.equal('7');
      expect(world.answers[0]!.body).to.equal('{"error":{}}');
    });
  });

  it('fails every request of an outage, and none between two', async () => {
    // The first outage begins at 1000 ln 2 = 693 ms and lasts as long, for a random number of 1/2.
    const world = new ServiceWorld(
      {latencyMs: {ms: 1}, outages: {meanUpMs: 1000, meanDownMs: 1000, failure: 502}},
      () => 0.5,
    );
    for (const atMs of [600, 700, 1300, 1400, 2100]) world.arrive(atMs);
    expect(await world.run()).to.deep.equal([
      '0: 200 at 601',
      '1: 502 at 700',
      '2: 502 at 1300',
      '3: 200 at 1401',
      '4: 502 at 2100',
    ]);
  });

  describe('with contention', () => {
    const PUT = {method: 'PUT'};

    async function written(
      service: Partial<ScenarioServiceInput>,
      arrive: (world: ServiceWorld) => void,
    ): Promise<string[]> {
      const world = new ServiceWorld({latencyMs: TEN, contention: {}, ...service});
      arrive(world);
      return world.run();
    }

    it('fails a write if another one has committed since it began, and no read', async () => {
      const told = await written({}, world => {
        world.arrive(0, PUT);
        world.arrive(5, PUT);
        world.arrive(6);
        world.arrive(12, PUT);
      });
      // The last write began after the first had committed, and the second, which ended meanwhile, did not commit.
      expect(told).to.deep.equal(['0: 200 at 10', '1: 409 at 15', '2: 200 at 16', '3: 200 at 22']);
    });

    it('has a row for each URL, and the status of the scenario', async () => {
      const told = await written({contention: {status: 412}}, world => {
        world.arrive(0, PUT);
        world.arrive(1, {...PUT, url: 'https://service.example/other'});
        world.arrive(2, PUT);
      });
      expect(told).to.deep.equal(['0: 200 at 10', '1: 200 at 11', '2: 412 at 12']);
    });

    it('reads the version once a worker is free, so that no write conflicts with one before it in line', async () => {
      const told = await written({capacity: {workers: 1}}, world => {
        world.arrive(0, PUT);
        world.arrive(1, PUT);
      });
      expect(told).to.deep.equal(['0: 200 at 10', '1: 200 at 20']);
    });

    it('commits a write whose answer is lost, by a fault or because its client has left', async () => {
      const told = await written({faults: [{status: 500, when: 'processing', toMs: 1}]}, world => {
        world.arrive(0, PUT);
        world.arrive(5, PUT);
        world.arrive(20, PUT, 0, 25);
        world.arrive(24, PUT);
      });
      expect(told).to.deep.equal(['0: 500 at 10', '1: 409 at 15', '3: 409 at 34']);
    });

    it('commits no write that the service drops', async () => {
      const told = await written({capacity: {workers: 2, stopsAbandoned: true}}, world => {
        world.arrive(0, PUT, 0, 5);
        world.arrive(1, PUT);
      });
      expect(told).to.deep.equal(['1: 200 at 11']);
    });
  });

  describe('with load shedding', () => {
    it('refuses what is above the requests in flight', async () => {
      const service = {latencyMs: TEN, shedding: {maxInFlight: 1, headers: [{name: 'retry-after', value: '1'}]}};
      expect(await told(service, 0, 5, 11)).to.deep.equal(['1: 503 at 5', '0: 200 at 10', '2: 200 at 21']);
    });

    it('admits so many requests in a second', async () => {
      const answers = await told({latencyMs: {ms: 0}, shedding: {perSecond: 2}}, 0, 0, 0, 500, 600, 1500, 1500, 1500);
      expect(answers.filter(each => each.includes('200'))).to.deep.equal([
        '0: 200 at 0',
        '1: 200 at 0',
        '3: 200 at 500',
        '5: 200 at 1500',
        '6: 200 at 1500',
      ]);
    });
  });

  describe('with event streams', () => {
    const streaming = {firstContentMs: {ms: 100}, contentMs: {ms: 50}, pingEveryMs: 40};

    it('sends headers, pings, the first content and the end', async () => {
      expect(await told({latencyMs: TEN, stream: streaming}, 0)).to.deep.equal([
        '0: 200 at 10',
        '0: ping at 50',
        '0: ping at 90',
        '0: content at 110',
        '0: end at 160',
      ]);
    });

    it('says by its type that it is a stream', async () => {
      const world = new ServiceWorld({latencyMs: TEN, stream: streaming});
      world.arrive(0);
      await world.run();
      expect(world.answers[0]!.headers.get('Content-Type')).to.equal('text/event-stream');
    });

    it('brings an error in place of the first content, or of the end', async () => {
      for (const [ratios, events] of [
        [{errorBeforeContentRatio: 1}, ['error at 110']],
        [{errorAfterContentRatio: 1}, ['content at 110', 'error at 160']],
      ] as const) {
        const stream = {...streaming, pingEveryMs: null, ...ratios};
        expect(await told({latencyMs: TEN, stream}, 0)).to.deep.equal(
          ['200 at 10', ...events].map(each => `0: ${each}`),
        );
      }
    });

    it('keeps a worker until the stream ends', async () => {
      const service = {latencyMs: TEN, stream: {firstContentMs: TEN}, capacity: {workers: 1}, tokensPerSecond: 10};
      const world = new ServiceWorld(service);
      world.arrive(0, {outputTokens: 1});
      world.arrive(1);
      expect((await world.run()).filter(each => /200|end/.test(each))).to.deep.equal([
        '0: 200 at 10',
        '0: end at 120',
        '1: 200 at 130',
        '1: end at 140',
      ]);
    });
  });
});
