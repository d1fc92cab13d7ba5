/** All cases, the same for every runtime, through both adapters. */
import {adapters, type Case, type World} from '../case.ts';
import {bodies} from './bodies.ts';
import {origins} from './origins.ts';
import {retries} from './retries.ts';
import {time} from './time.ts';

const cases: readonly Case[] = [...retries, ...time, ...bodies, ...origins];

/** The names of all cases, for hosts. */
export const names = (inBrowser: boolean): string[] =>
  Object.keys(adapters).flatMap(adapter =>
    cases.filter(({inBrowsers}) => inBrowser || !inBrowsers).map(({name}) => `${adapter}: ${name}`),
  );

/** Undefined, or what is wrong. */
export async function attempt(fullName: string, world: World): Promise<string | undefined> {
  const [adapter = '', name] = fullName.split(/: (.*)/s);
  try {
    await cases.find(each => each.name === name)!.run(world, adapters[adapter]!);
    return undefined;
  } catch (error) {
    return String((error as Error)?.stack ?? error);
  }
}
