/** The numbers of several runs, as the table shows them. */
import {expect} from 'chai';
import {intervalRowsOf} from '../../src/cli/simulate-rows.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {runScenario} from '../../src/simulate/simulate.ts';

/** One call a second, all of which succeed or fail. */
const resultOf = (status: number | null) =>
  runScenario(
    null,
    readScenario({
      durationMs: 10_000,
      traffic: {perSecond: 1, arrivals: 'even'},
      service: {latencyMs: {ms: 1}, faults: status === null ? [] : [{status}]},
    }),
    {},
  );

describe('the success of several runs', () => {
  it('leaves room between two columns of 14, however large it and its interval are', async () => {
    const well = await resultOf(null);
    const down = await resultOf(503);
    const [success] = intervalRowsOf([
      [well, well],
      [well, down],
      [well, well, well, down],
    ]);
    expect(success!.cells).to.deep.equal(['100 ±18 %', '50.00 ±50 %', '75.00 ±75 %']);
  });
});
