/** What retries in Python. */

import type {Dialect} from '../dialect.ts';
import {backoff} from './backoff.ts';
import {celery} from './celery.ts';
import {googleApiCore} from './google-api-core.ts';
import {httpxRetries} from './httpx-retries.ts';
import {loop} from './loop/loop.ts';
import {modelClient} from './model-clients.ts';
import type {PythonLibrary} from './signs.ts';
import {stamina} from './stamina.ts';
import {tenacity} from './tenacity/tenacity.ts';
import {requests, urllib3} from './urllib3.ts';
import {langchain} from './with-retry.ts';

export const pythonDialects: Readonly<Record<PythonLibrary, Dialect>> = {
  tenacity,
  backoff,
  stamina,
  urllib3,
  requests,
  celery,
  'httpx-retries': httpxRetries,
  'google-api-core': googleApiCore,
  langchain,
  'model-client': modelClient,
  loop,
};
