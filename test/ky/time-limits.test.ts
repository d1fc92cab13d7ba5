/**
 * An explicit `timeout` or `totalTimeout` bounds all that ky bounds by it: hooks, parsers and bodies of the user's, too.
 *
 * ky's timers are Node's mocked ones here; ours are on a virtual clock that stands still, so that what ends is ended by ky.
 */
import {mock} from 'node:test';
import {expect} from 'chai';
import ky, {HTTPError, type KyInstance, type Options, TimeoutError} from 'ky';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {reportOf, resilience} from '../../src/index.ts';
import {type Settled, settle} from '../support/outcome.ts';

const NOWHERE = 'http://nowhere.invalid/';
const never = (): Promise<never> => new Promise(() => {});
const answer = (body: BodyInit | null = '{"a":1}', status = 200): Response =>
  new Response(body, {status, headers: {'content-type': 'application/json'}});
const endless = (): ReadableStream => new ReadableStream({start: controller => controller.enqueue(new Uint8Array(1))});

/** A hook that does nothing, but might see a retry: then ky's loop is driven. */
const loops = {
  'our own loop': {},
  "ky's loop, driven": {hooks: {beforeRetry: [() => {}]}},
} satisfies Record<string, Options>;

for (const [loop, extension] of Object.entries(loops)) {
  describe(`ky: explicit time limits, ${loop}`, () => {
    let api: KyInstance;
    beforeEach(() => {
      mock.timers.enable({apis: ['setTimeout']});
      api = ky.extend(resilience({maxAttempts: 1}, {clock: new VirtualClock()})).extend(extension);
    });
    afterEach(() => mock.timers.reset());

    /** Lets pending callbacks run. `setImmediate` is not mocked. */
    const turns = async (): Promise<void> => {
      for (let round = 0; round < 20; round++) await new Promise(resolve => setImmediate(resolve));
    };

    /** How a call stands that many milliseconds after it began; undefined while it is not settled. */
    async function standing(ms: number, call: () => Promise<unknown>): Promise<Settled<unknown> | undefined> {
      let settled: Settled<unknown> | undefined;
      void settle(call).then(how => {
        settled = how;
      });
      await turns();
      mock.timers.tick(ms);
      await turns();
      return settled;
    }

    const fetch = async () => answer();
    // ky subtracts the real time since the call began, so the limits are far above what a busy machine needs.
    const hung: readonly [what: string, limits: Options, call: (limits: Options) => Promise<unknown>][] = [
      ['a parseJson', {totalTimeout: 100_000}, limits => api.get(NOWHERE, {fetch, parseJson: never, ...limits}).json()],
      [
        'a schema',
        {totalTimeout: 100_000},
        limits =>
          api
            .get(NOWHERE, {fetch, ...limits})
            .json({'~standard': {version: 1, vendor: 'x', validate: never}} as unknown as Parameters<
              ReturnType<KyInstance>['json']
            >[0]),
      ],
      [
        'a beforeRequest hook',
        {totalTimeout: 100_000},
        limits => api.get(NOWHERE, {fetch, ...limits, hooks: {beforeRequest: [never]}}),
      ],
      [
        'an afterResponse hook',
        {totalTimeout: 100_000},
        limits => api.get(NOWHERE, {fetch, ...limits, hooks: {afterResponse: [never]}}),
      ],
      ...[{timeout: 100_000}, {totalTimeout: 100_000}].map(
        limits =>
          [
            `a method that the user gave the answer, under ${Object.keys(limits)}`,
            limits,
            (limits: Options) =>
              api.get(NOWHERE, {fetch: async () => Object.assign(answer(null), {text: never}), ...limits}).text(),
          ] as [string, Options, (limits: Options) => Promise<unknown>],
      ),
    ];
    for (const [what, limits, call] of hung) {
      it(`${what} that never settles ends with ky's TimeoutError`, async () => {
        expect(await standing(90_000, () => call(limits))).to.equal(undefined);
        const settled = await standing(130_000, () => call(limits));
        expect(settled?.error).to.be.instanceOf(TimeoutError);
      });
    }

    for (const limits of [{timeout: 100}, {totalTimeout: 100}]) {
      it(`${Object.keys(limits)}: beforeError hooks see the TimeoutError of a body, and the connection is released`, async () => {
        let aborted = false;
        const slow = async (request: RequestInfo | URL) => {
          (request as Request).signal.addEventListener('abort', () => {
            aborted = true;
          });
          return answer(endless());
        };
        const seen: string[] = [];
        const hooks: Options['hooks'] = {
          beforeError: [
            ({error}) => {
              seen.push(error.name);
              error.message = 'as the hook wrote it';
              return error;
            },
          ],
        };
        const settled = await standing(130, () => api.get(NOWHERE, {fetch: slow, hooks, ...limits}).text());
        expect(settled?.error).to.be.instanceOf(TimeoutError).with.property('message', 'as the hook wrote it');
        expect(seen).to.deep.equal(['TimeoutError']);
        expect(aborted).to.equal(true);
      });
    }

    it('timeout bounds the data of an HTTPError, and not only after ten seconds', async () => {
      const settled = await standing(130, () =>
        api.get(NOWHERE, {fetch: async () => answer('{}', 500), timeout: 100, parseJson: never}),
      );
      expect(settled?.error).to.be.instanceOf(HTTPError).with.property('data', undefined);
    });

    it('totalTimeout that a hook used up is reported as the deadline of the call', async () => {
      const clock = new VirtualClock();
      const results: string[] = [];
      const on = (event: {type: string; result?: string}): void => {
        if (event.type === 'call.end') results.push(event.result!);
      };
      api = ky.extend(resilience({maxAttempts: 1}, {clock, on})).extend(extension);
      const hooks = {beforeRequest: [() => clock.sleep(200).then(never)]};
      const call = standing(130, () => api.get(NOWHERE, {fetch, totalTimeout: 100, hooks}));
      await clock.advance(200);
      const settled = await call;
      expect(settled?.error).to.be.instanceOf(TimeoutError);
      expect(reportOf(settled?.error)).to.include({result: 'timeout'});
      expect(results).to.deep.equal(['timeout']);
    });
  });
}
