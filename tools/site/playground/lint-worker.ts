/** Lints policies, in a worker. */
import {lintText} from '../../../lint/index.ts';
import type {LintJob, LintResult} from './protocol.ts';
import {serve} from './serve.ts';

serve<LintJob, LintResult>(({path, text, today}) => lintText({path, files: {[path]: text}, config: {today}}));
