/** `steadfetch/testing`: for tests of code that uses steadfetch. Time that moves when told, chance that repeats, a fetch by script. */
export {seededRandom} from './core/random.ts';
export {type Clock, sleep, Timer} from './core/timer.ts';
export {VirtualClock} from './core/virtual-clock.ts';
export {type ScriptedAnswer, ScriptedFetch, type SeenRequest} from './testing/scripted-fetch.ts';
