/**
 * For tests of code that uses steadfetch: a virtual clock, random numbers from a seed, and a fetch that follows a script.
 *
 * @module
 */
export {seededRandom} from './core/random.ts';
export {type Clock, sleep, Timer} from './core/timer.ts';
export {VirtualClock} from './core/virtual-clock.ts';
export {type ScriptedAnswer, ScriptedFetch, type SeenRequest} from './testing/scripted-fetch.ts';
