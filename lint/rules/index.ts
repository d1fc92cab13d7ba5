/** Every rule, by code. */

import type {Rule} from '../rule.ts';
import {brokenExtends} from './broken-extends.ts';
import {contradiction} from './contradiction.ts';
import {duplicateKey} from './duplicate-key.ts';
import {missingField} from './missing-field.ts';
import {retriedPostWithoutKey} from './retried-post-without-key.ts';
import {synchronisedRetries} from './synchronised-retries.ts';
import {syntaxError} from './syntax-error.ts';
import {unboundedRetries} from './unbounded-retries.ts';
import {unknownField} from './unknown-field.ts';
import {unreadableText} from './unreadable-text.ts';
import {unusedSuppression} from './unused-suppression.ts';
import {weakSuppression} from './weak-suppression.ts';
import {wrongValue} from './wrong-value.ts';

export const rules: readonly Rule[] = [
  syntaxError,
  duplicateKey,
  wrongValue,
  unknownField,
  missingField,
  unreadableText,
  retriedPostWithoutKey,
  unboundedRetries,
  synchronisedRetries,
  contradiction,
  brokenExtends,
  weakSuppression,
  unusedSuppression,
];
