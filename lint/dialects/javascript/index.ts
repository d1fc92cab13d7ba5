/** What retries in JavaScript and TypeScript. The order is that of findings at one place. */

import type {Dialect} from '../dialect.ts';
import {aws} from './aws.ts';
import {axiosRetry} from './axios-retry.ts';
import {cockatiel} from './cockatiel.ts';
import {fetchRetry} from './fetch-retry.ts';
import {got, ky} from './http-clients.ts';
import {langchain} from './langchain.ts';
import {loop} from './loop/loop.ts';
import {modelClient} from './model-clients.ts';
import {inCode} from './native.ts';
import {asyncRetry, pRetry, retryPackage} from './retry.ts';

export const javascriptDialects: readonly Dialect[] = [
  inCode,
  pRetry,
  asyncRetry,
  retryPackage,
  axiosRetry,
  got,
  ky,
  fetchRetry,
  cockatiel,
  aws,
  langchain,
  modelClient,
  loop,
];
