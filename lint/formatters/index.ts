/** All report formats, by the value of --format. */

import {checkstyle} from './checkstyle.ts';
import type {Formatter} from './formatter.ts';
import {github} from './github.ts';
import {githubSummary} from './github-summary.ts';
import {gitlab} from './gitlab.ts';
import {json} from './json.ts';
import {junit} from './junit.ts';
import {rdjson} from './rdjson.ts';
import {sarif} from './sarif.ts';
import {stylish} from './stylish.ts';

export const formatters: readonly Formatter[] = [
  stylish,
  json,
  sarif,
  github,
  githubSummary,
  gitlab,
  junit,
  checkstyle,
  rdjson,
];
