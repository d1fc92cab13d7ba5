/** Runs commands at the desks of another process, see other-process.ts. */
import {Desk} from './desk.ts';

process.on('message', async ([folder, argv]: [folder: string, argv: readonly string[]]) => {
  process.send!(await new Desk({}, folder).run(...argv));
});
