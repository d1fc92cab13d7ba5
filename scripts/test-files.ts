/** The files of `npm test`, in the order in which they start. */
import {globSync} from 'node:fs';
import {countsBranches} from '../test/support/counted-files.ts';
import {otherSuites} from '../test/support/other-suites.ts';

/** The files whose branches are counted, or those beside them. */
export type Part = 'counted' | 'uncounted';

/** A forced collection takes as long as the process has objects: these files come before those that load most. */
const COLLECTING_FIRST = [
  'test/call/collected-while-read.test.ts',
  'test/call/collected.test.ts',
  'test/pitfalls/streams.test.ts',
  'test/telemetry/metrics.test.ts',
  'test/model-endpoints.test.ts',
];
/** Files that take longest start early, so that none runs alone at the end. Most of their time they wait, and the others run meanwhile. */
const LONGEST = [
  'test/telemetry/matrix.test.ts',
  'test/telemetry/last-export.test.ts',
  'test/faults/warm-up.test.ts',
  'test/telemetry/register.test.ts',
  'test/fetch/streaming.test.ts',
];

const others = otherSuites.map(({name}) => `test/${name}/**`);
const first = [...COLLECTING_FIRST, ...LONGEST];

/** @param root The folder of the project. @param part Default: both. */
export function testFiles(root: string, part?: Part): string[] {
  const all = [...first, ...globSync('test/**/*.test.ts', {cwd: root, exclude: [...others, ...first]}).sort()];
  return part === undefined ? all : all.filter(path => countsBranches(path) === (part === 'counted'));
}
