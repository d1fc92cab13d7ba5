/**
 * The four outages of the grid on real servers and real sockets: each lasts 4 s, within 8 to 11 s of calls at a fixed rate. The calls come from one
 * process and from twelve, through createFetch, ky, undici and gRPC, with the default and with no policy under the same time limits.
 *
 * Four counts have to lie in the interval of the simulator: calls answered, requests while the service is down, requests in all, and calls that
 * began after the outage and failed. The interval is the mean over twelve seeds, plus or minus four standard deviations of a run, plus or minus the
 * calls that begin within the time by which a real call is late. All times are recorded by the processes, by one clock.
 *
 * A process that gets no processor for a while measures the machine. Every process measures how late its timers are. Cells that were too late are
 * measured once more, and skipped if they are too late again.
 *
 * TABLE=1 prints the counts of every cell.
 */
import {expect} from 'chai';
import {policyGuard} from '../../../bench/outcomes/steadfetch.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {
  ADAPTERS,
  ALL_FAULTS,
  type Cell,
  cellsOf,
  controlOf,
  type Fault,
  nameOf,
  OUTAGE_MS,
  POLICIES,
  type PolicyName,
  SIZES,
  type Size,
} from './cells.ts';
import {measure, type RealCell} from './measure.ts';
import {Programs} from './programs.ts';
import {LATEST_MS, METRICS, missesOf, type Spreads, shown, spreadsOf, toleranceOf} from './simulated.ts';

const ALL_SIZES = Object.keys(SIZES) as Size[];
const DEFAULT = POLICIES.default;

/** Another policy or another outage. Real cells have to differ from what the simulator says of them, or the suite could not fail. */
const WRONG: readonly {
  readonly title: string;
  readonly policy: PolicyInput;
  readonly outageMs: number;
  /** Outages in which the counts tell it apart from the default. */
  readonly differs: readonly Fault[];
}[] = [
  {
    title: 'no policy',
    policy: POLICIES.control,
    outageMs: OUTAGE_MS,
    differs: ALL_FAULTS,
  },
  {
    // A hang and slow answers end in timeouts after the outage, so the breaker changes no count of theirs.
    title: 'the default without a breaker',
    policy: {...DEFAULT, breaker: null},
    outageMs: OUTAGE_MS,
    differs: ['503', 'refused'],
  },
  {
    title: 'the default with a breaker of a fixed ratio',
    policy: {...DEFAULT, breaker: {kind: 'ratio'}},
    outageMs: OUTAGE_MS,
    differs: ['503', 'refused'],
  },
  {
    title: 'the default with a breaker of consecutive failures',
    policy: {...DEFAULT, breaker: {kind: 'consecutive'}},
    outageMs: OUTAGE_MS,
    differs: ['503', 'hang', 'refused'],
  },
  {
    title: 'an outage twice as long',
    policy: DEFAULT,
    outageMs: 2 * OUTAGE_MS,
    differs: ALL_FAULTS,
  },
];

describe('an outage of 4 s on real servers', () => {
  const real = new Map<string, RealCell>();
  const simulated = new Map<string, Spreads>();
  before(async () => {
    const programs = await Programs.bundle();
    try {
      for (const size of ALL_SIZES)
        for (const cell of await measuredInTime(programs, size)) real.set(nameOf(cell.cell), cell);
    } finally {
      programs.remove();
    }
    for (const size of ALL_SIZES)
      for (const fault of ALL_FAULTS)
        for (const policy of ['default', 'control'] as const)
          simulated.set(keyOf(fault, size, policy), await simulate(POLICIES[policy], fault, size));
    if (process.env.TABLE)
      printTable([...real.values()], ({cell: {fault, size, policy}}) => simulated.get(keyOf(fault, size, policy))!);
  });

  /** Skips the test if the machine was too busy. */
  function realCell(test: Mocha.Context, cell: Cell): RealCell {
    const found = real.get(nameOf(cell))!;
    if (isLate(found)) test.skip();
    return found;
  }

  for (const size of ALL_SIZES)
    for (const cell of cellsOf(size)) {
      const {fault, adapter, policy} = cell;
      const title = `${fault}, ${size === 'one' ? 'one process' : 'twelve processes'}, ${adapter}, ${policy === 'default' ? 'the default' : 'no policy'}`;
      it(`${title}: comes to what the simulator says`, function () {
        const found = realCell(this, cell);
        expect(missesOf(found, simulated.get(keyOf(fault, size, policy))!)).to.deep.equal([]);
        expect(recordMisses(found)).to.deep.equal([]);
      });
    }

  for (const size of ALL_SIZES)
    for (const fault of ALL_FAULTS)
      it(`${fault}, ${size === 'one' ? 'one process' : 'twelve processes'}: the default answers as many calls as no policy`, function () {
        for (const adapter of ADAPTERS) {
          const cell: Cell = {fault, size, adapter, policy: 'default'};
          const [found, control] = [realCell(this, cell), realCell(this, controlOf(cell))];
          const tolerance = toleranceOf(cell, Math.max(found.lateMs, control.lateMs));
          expect(found.answered, adapter).to.be.at.least(control.answered - tolerance);
        }
      });

  for (const {title, policy, outageMs, differs} of WRONG)
    it(`differs from what the simulator says of ${title}`, async function () {
      const same: string[] = [];
      let compared = 0;
      for (const size of ALL_SIZES)
        for (const fault of differs) {
          const spreads = await simulate(policy, fault, size, outageMs);
          for (const adapter of ADAPTERS) {
            const found = real.get(nameOf({fault, size, adapter, policy: 'default'}))!;
            if (isLate(found)) continue;
            compared++;
            if (missesOf(found, spreads).length === 0) same.push(nameOf(found.cell));
          }
        }
      if (compared === 0) this.skip();
      expect(same).to.deep.equal([]);
    });
});

const keyOf = (fault: Fault, size: Size, policy: PolicyName): string => `${fault} ${size} ${policy}`;

const simulate = (policy: PolicyInput, fault: Fault, size: Size, outageMs?: number): Promise<Spreads> =>
  spreadsOf(policyGuard('simulated', policy), fault, size, outageMs);

/** So many cells at a time are a third of the load. */
const CELLS_AT_A_TIME = 8;

/** Measures the cells of one size, and those again for which the machine was too busy, with less load. */
async function measuredInTime(programs: Programs, size: Size): Promise<RealCell[]> {
  const first = await measure(programs, size, cellsOf(size));
  const late = first.filter(isLate);
  if (late.length === 0) return first;
  console.log(
    `  late: ${late.length} cells of ${size}, by up to ${latestOf(late)} ms; measured again, ${CELLS_AT_A_TIME} at a time`,
  );
  const again: RealCell[] = [];
  for (let from = 0; from < late.length; from += CELLS_AT_A_TIME)
    again.push(
      ...(await measure(
        programs,
        size,
        late.slice(from, from + CELLS_AT_A_TIME).map(({cell}) => cell),
      )),
    );
  const skipped = again.filter(isLate);
  if (skipped.length > 0)
    console.log(
      `  skipped: ${skipped.length} cells of ${size}, late by up to ${latestOf(skipped)} ms: the machine is too busy to measure anything but itself`,
    );
  return [...first.filter(cell => !isLate(cell)), ...again];
}

const isLate = ({lateMs}: RealCell): boolean => lateMs > LATEST_MS;
const latestOf = (cells: readonly RealCell[]): number => Math.round(Math.max(...cells.map(({lateMs}) => lateMs)));

/** Differences between what the server recorded and what the clients recorded. */
function recordMisses({cell, requests, whileDown, received, receivedWhileDown, lateMs}: RealCell): string[] {
  const tolerance = toleranceOf(cell, lateMs);
  const misses: string[] = [];
  const arrives = cell.fault === 'refused' ? requests - whileDown : requests;
  if (Math.abs(received - arrives) > tolerance)
    misses.push(`sent ${requests} requests, ${whileDown} of them in the outage; received ${received}`);
  const arrivesWhileDown = cell.fault === 'refused' ? 0 : whileDown;
  if (Math.abs(receivedWhileDown - arrivesWhileDown) > tolerance)
    misses.push(`sent ${whileDown} requests in the outage; received ${receivedWhileDown} then`);
  return misses;
}

function printTable(cells: readonly RealCell[], spreads: (cell: RealCell) => Spreads): void {
  for (const found of cells) {
    const of = spreads(found);
    const tolerance = toleranceOf(found.cell, found.lateMs);
    const counts = METRICS.map(metric => `${metric} ${found[metric]} of ${shown(of[metric], tolerance)}`);
    console.log(`  ${nameOf(found.cell)}: ${counts.join(', ')}; late ${Math.round(found.lateMs)} ms`);
  }
}
