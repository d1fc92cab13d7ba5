/** Where the code of the thread is. scripts/bundle.ts replaces this file: in a bundle, the thread runs the file of the server. */

export const workerFile: URL | string = new URL(`./worker${/\.[jt]s$/.exec(import.meta.url)![0]}`, import.meta.url);
