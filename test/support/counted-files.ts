/**
 * The folders of tests whose branches are counted: those of the engine, and of what is built on it alone. Counted code takes two to three times the CPU,
 * also after V8 has stopped counting, so the other files run in processes of their own.
 */
const COUNTED = [
  'body',
  'call',
  'client',
  'core',
  'decide',
  'features',
  'fetch',
  'function',
  'grpc',
  'guards',
  'hostile',
  'ky',
  'model-refusals',
  'pitfalls',
  'recording',
  'telemetry',
  'transport',
  'undici',
];

const pattern = new RegExp(`(?:^|/)test/(?:${COUNTED.join('|')})/`);

/** Whether coverage is measured in this file of tests. @param path From the root of the project, or absolute. */
export const countsBranches = (path: string): boolean => pattern.test(path);
