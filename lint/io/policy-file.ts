/** Decides which files of a folder are policies: by their name, or by their `$schema`. */

import {closeSync, openSync, readSync} from 'node:fs';

/** `shop.retry.json`, `retry-policy.yaml`, `retry-policy.shop.jsonc`. */
const NAME = /^(?:.+\.retry|retry-policy(?:\..+)?)\.(?:jsonc?|ya?ml)$/is;

const READABLE = /\.(?:jsonc?|ya?ml)$/i;

/** Large, everywhere, and never a policy. */
const OTHERS = /^(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|tsconfig.*\.json)$/i;

/** Configurations and baselines of the linter itself, which are never policies. */
const OWN = /^\.retry-lint(?:rc|-)/i;

/** `$schema` as a key of JSON or YAML, or as yaml-language-server's comment has it. */
const OUR_SCHEMA =
  /\$schema["']?\s*[:=]\s*["']?[^"'\s]*(?:steadfetch\/schema\/policy|\/retry-policy(?:-[\d.]+)?\.json)/;

/** A schema is named at the top of a file. */
const headBytes = 2048;

export const isOfLinter = (name: string): boolean => OWN.test(name);

export const hasPolicyName = (name: string): boolean => NAME.test(name);

export const isPolicyFile = (path: string, name: string): boolean => isPolicy(name, () => headOf(path));

/** As `isPolicyFile`, for a text that an editor has. */
export const isPolicyText = (text: string, name: string): boolean => isPolicy(name, () => text.slice(0, headBytes));

function isPolicy(name: string, head: () => string): boolean {
  if (hasPolicyName(name)) return true;
  return READABLE.test(name) && !OTHERS.test(name) && OUR_SCHEMA.test(head());
}

function headOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = new Uint8Array(headBytes);
    return new TextDecoder().decode(head.subarray(0, readSync(file, head)));
  } catch {
    // Skip unreadable files; a file named on the command line is reported.
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
