/** What the program retry-lint is bundled from. */

import {run} from './cli.ts';
import {processIo} from './io/process-io.ts';

// Not process.exit(): a pipe that is read slowly still has to be written to.
void run(process.argv.slice(2), processIo()).then(code => {
  process.exitCode = code;
});
