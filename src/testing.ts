/**
 * For tests of code that uses steadfetch: a virtual clock, random numbers from a seed, a fetch that follows a script, conditions on what a
 * policy comes to in a scenario, and a scenario as a real server.
 *
 * @module
 */
export type {FaultServerCounts} from './chaos/counts.ts';
export {type FaultServer, faultServer, type ServedEndpoint} from './chaos/fault-server.ts';
export type {FaultServerOptions} from './chaos/options.ts';
export {SteadfetchError} from './core/errors.ts';
export {seededRandom} from './core/random.ts';
export {type Clock, sleep, Timer} from './core/timer.ts';
export {VirtualClock} from './core/virtual-clock.ts';
export {expectPolicy, type PolicyExpectation, type ScenarioExpectation} from './simulate/expect-policy.ts';
export type {Percentiles} from './simulate/result.ts';
export {type ScriptedAnswer, ScriptedFetch, type SeenRequest} from './testing/scripted-fetch.ts';
