/** How long after its trouble a scenario is as it was before. */
import type {Interval, Recovery} from './result.ts';
import {servicesOf} from './scenario/services.ts';
import type {Scenario} from './scenario/types.ts';

/** Success may be this much less than before, because it is measured over few calls. */
const TOLERANCE = 0.05;

export function recoveryOf(scenario: Scenario, timeline: readonly Interval[]): Recovery | null {
  const {traffic, durationMs} = scenario;
  const faults = servicesOf(scenario).flatMap(({settings}) => settings.faults);
  const troubles = [...traffic.phases, ...faults].filter(
    ({fromMs, toMs}) => toMs !== null && toMs < durationMs && fromMs < toMs,
  );
  if (troubles.length === 0) return null;
  const beginsMs = Math.min(...troubles.map(({fromMs}) => fromMs));
  const troubleEndsMs = Math.max(...troubles.map(({toMs}) => toMs!));
  const widthMs = durationMs / timeline.length;
  const before = successOf(timeline.filter(({atMs}) => atMs + widthMs <= beginsMs));
  // An interval without calls says nothing.
  const after = timeline.filter(({atMs, calls}) => atMs >= troubleEndsMs && calls > 0);
  const lastBad = after.findLastIndex(interval => successOf([interval]) < before - TOLERANCE);
  if (lastBad < 0) return {troubleEndsMs, afterMs: 0};
  const recovered = after[lastBad + 1];
  return {troubleEndsMs, afterMs: recovered === undefined ? Number.POSITIVE_INFINITY : recovered.atMs - troubleEndsMs};
}

/** 1 where there are no calls. */
function successOf(intervals: readonly Interval[]): number {
  const calls = intervals.reduce((sum, interval) => sum + interval.calls, 0);
  return calls === 0 ? 1 : intervals.reduce((sum, interval) => sum + interval.succeeded, 0) / calls;
}
