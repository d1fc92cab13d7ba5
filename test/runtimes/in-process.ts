/** What Bun and Deno run: every case, one line of JSON each. */
import {attempt, names} from './cases/all.ts';

declare const Deno: {readonly args: readonly string[]} | undefined;

const args = typeof Deno === 'undefined' ? process.argv.slice(2) : Deno.args;
const [here = '', there = '', nowhere = ''] = args;
for (const name of names(false))
  console.log(JSON.stringify({name, problem: await attempt(name, {here, there, nowhere})}));
