/** The source of the bundled program retry-lint. */

import {run} from './cli.ts';
import {processIo} from './io/process-io.ts';

const {io, leave} = processIo();
void run(process.argv.slice(2), io).then(leave);
