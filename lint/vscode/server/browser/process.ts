/** Stands for the global `process` in a worker of a browser. */

const {process: node} = globalThis as {readonly process?: unknown};

export const process: unknown = node ?? {env: {}, pid: 0, platform: 'browser', cwd: () => '/'};
