/** Where the code of the thread is. scripts/bundle.ts replaces this file: in a bundle, modules have no place of their own. */

export const workerFile: URL = new URL(`./worker${/\.[jt]s$/.exec(import.meta.url)![0]}`, import.meta.url);
