/** The folders of tests whose branches are counted: those of the engine, and of what is built on it alone. */
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
