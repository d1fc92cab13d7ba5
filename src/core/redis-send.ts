/**
 * Sends one command to Redis and resolves with the reply: the port to every driver.
 *
 * @param args The name of the command and its arguments, such as `['GET', 'key']`.
 * @param key  A key of the command, for drivers of a cluster that have to be told the node; undefined if it has none, as `SCRIPT LOAD`.
 */
export type RedisSend = (args: string[], key?: string) => PromiseLike<unknown>;
