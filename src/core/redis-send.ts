/**
 * Sends one command to Redis and resolves with the reply: the port to every driver.
 *
 * @param args The name of the command and its arguments, such as `['GET', 'key']`.
 */
export type RedisSend = (args: string[]) => PromiseLike<unknown>;
