/**
 * Redis in memory, as far as shared guards use it: runs their scripts in a real Lua, and the commands that the scripts call. Its time is
 * that of a clock of the test. test/stores holds it against a real server.
 */
import {createHash} from 'node:crypto';
import {compiled, runScript, type Value} from './lua.ts';

/** Redis answers an error. */
class RedisError extends Error {}

export class RedisDouble {
  /** Milliseconds since 1970. */
  readonly #now: () => number;
  /** The loaded scripts, by their SHA. */
  readonly #scripts = new Map<string, string>();
  readonly #hashes = new Map<string, Map<string, string>>();
  readonly #sorted = new Map<string, Map<string, number>>();
  readonly #expires = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs a command at once. @throws RedisError */
  run(args: readonly string[]): Value {
    const [name = '', ...rest] = args;
    switch (name.toUpperCase()) {
      case 'SCRIPT':
        return this.#load(rest[1]!);
      case 'EVAL':
        return this.#evaluate(this.#load(rest[0]!), rest.slice(1));
      case 'EVALSHA':
        return this.#evaluate(rest[0]!, rest.slice(1));
      case 'FLUSHALL':
        return this.empty();
      default:
        return this.#command(name, rest);
    }
  }

  /** Forgets everything, like a server that restarts without a file. */
  empty(): 'OK' {
    for (const kept of [this.#hashes, this.#sorted, this.#expires, this.#scripts]) kept.clear();
    return 'OK';
  }

  /** Whether `EVALSHA` finds the script. */
  knows(sha: string): boolean {
    return this.#scripts.has(sha);
  }

  #load(text: string): string {
    const sha = createHash('sha1').update(text).digest('hex');
    if (this.#scripts.has(sha)) return sha;
    this.#attempt(() => compiled(text));
    this.#scripts.set(sha, text);
    return sha;
  }

  #evaluate(sha: string, [count, ...rest]: readonly string[]): Value {
    const text = this.#scripts.get(sha);
    if (text === undefined) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    const keys = rest.slice(0, Number(count));
    return this.#attempt(() =>
      runScript(text, keys, rest.slice(keys.length), (name, args) => this.#command(name, args)),
    );
  }

  #attempt<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw new RedisError(`ERR ${(error as Error).message}`);
    }
  }

  #command(name: string, args: readonly string[]): Value {
    const [key = ''] = args;
    this.#expire(key);
    switch (name.toUpperCase()) {
      case 'TIME': {
        const now = this.#now();
        return [String(Math.floor(now / 1000)), String(Math.floor((now % 1000) * 1000))];
      }
      case 'DEL':
        return args.filter(each => this.#delete(each)).length;
      case 'PEXPIRE':
        if (!this.#hashes.has(key) && !this.#sorted.has(key)) return 0;
        this.#expires.set(key, this.#now() + Number(args[1]));
        return 1;
      case 'HGET':
        return this.#hashes.get(key)?.get(args[1]!) ?? null;
      case 'HGETALL':
        return [...(this.#hashes.get(key) ?? [])].flat();
      case 'HSET':
        return this.#set(key, args.slice(1));
      case 'HDEL':
        return this.#drop(this.#hashes, key, args.slice(1));
      case 'HINCRBY': {
        const sum = Number(this.#hashes.get(key)?.get(args[1]!) ?? 0) + integer(args[2]!);
        this.#set(key, [args[1]!, String(sum)]);
        return sum;
      }
      case 'ZADD':
        return this.#rank(key, args.slice(1));
      case 'ZREM':
        return this.#drop(this.#sorted, key, args.slice(1));
      case 'ZCARD':
        return this.#sorted.get(key)?.size ?? 0;
      case 'ZSCORE': {
        const score = this.#sorted.get(key)?.get(args[1]!);
        return score === undefined ? null : String(score);
      }
      case 'ZRANGE':
        return this.#range(key, args.slice(1));
      case 'ZREMRANGEBYSCORE': {
        const [, from, to] = args.map(bound);
        const gone = [...(this.#sorted.get(key) ?? [])].filter(([, score]) => score >= from! && score <= to!);
        return this.#drop(
          this.#sorted,
          key,
          gone.map(([member]) => member),
        );
      }
      default:
        throw new RedisError(`ERR unknown command '${name}'`);
    }
  }

  #expire(key: string): void {
    if (this.#now() >= (this.#expires.get(key) ?? Number.POSITIVE_INFINITY)) this.#delete(key);
  }

  #delete(key: string): boolean {
    this.#expires.delete(key);
    return this.#hashes.delete(key) || this.#sorted.delete(key);
  }

  #set(key: string, pairs: readonly string[]): number {
    const hash = this.#hashes.get(key) ?? new Map<string, string>();
    this.#hashes.set(key, hash);
    const before = hash.size;
    for (let at = 0; at < pairs.length; at += 2) hash.set(pairs[at]!, pairs[at + 1]!);
    return hash.size - before;
  }

  #rank(key: string, args: readonly string[]): number {
    const onlyNew = args[0]!.toUpperCase() === 'NX';
    const pairs = onlyNew ? args.slice(1) : args;
    const sorted = this.#sorted.get(key) ?? new Map<string, number>();
    this.#sorted.set(key, sorted);
    const before = sorted.size;
    for (let at = 0; at < pairs.length; at += 2) {
      const member = pairs[at + 1]!;
      if (!onlyNew || !sorted.has(member)) sorted.set(member, Number(pairs[at]));
    }
    return sorted.size - before;
  }

  #range(key: string, [from, to]: readonly string[]): string[] {
    const members = [...(this.#sorted.get(key) ?? [])]
      .sort(([one, first], [other, second]) => first - second || (one < other ? -1 : 1))
      .map(([member]) => member);
    const end = Number(to);
    return members.slice(Number(from), end < 0 ? members.length + end + 1 : end + 1);
  }

  /** A hash or set without members does not exist. */
  #drop<V>(kept: Map<string, Map<string, V>>, key: string, members: readonly string[]): number {
    const found = kept.get(key);
    if (found === undefined) return 0;
    const count = members.filter(member => found.delete(member)).length;
    if (found.size === 0) this.#delete(key);
    return count;
  }
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new RedisError('ERR value is not an integer or out of range');
  return Number(text);
}

const bound = (text: string): number =>
  text === '-inf' ? Number.NEGATIVE_INFINITY : text === '+inf' ? Number.POSITIVE_INFINITY : Number(text);
