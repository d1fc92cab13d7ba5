/**
 * Redis in memory, as far as shared guards use it: runs their scripts in a real Lua, and the commands that the scripts call. Its time is
 * that of a clock of the test. test/stores holds it against a real server.
 */
import fengari from 'fengari';

const {lua, lauxlib, lualib, to_luastring, to_jsstring} = fengari;
type State = ReturnType<typeof lauxlib.luaL_newstate>;

type Value = string | number | null | readonly Value[];

/** Redis answers an error. */
class RedisError extends Error {}

export class RedisDouble {
  /** Milliseconds since 1970. */
  readonly #now: () => number;
  readonly #state: State = lauxlib.luaL_newstate();
  /** The loaded scripts. Each is a global function of Lua with this name. */
  readonly #scripts = new Set<string>();
  readonly #hashes = new Map<string, Map<string, string>>();
  readonly #sorted = new Map<string, Map<string, number>>();
  readonly #expires = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    lualib.luaL_openlibs(this.#state);
    lua.lua_createtable(this.#state, 0, 1);
    lua.lua_pushcfunction(this.#state, state => this.#call(state));
    lua.lua_setfield(this.#state, -2, to_luastring('call'));
    lua.lua_setglobal(this.#state, to_luastring('redis'));
    lua.lua_pushcfunction(this.#state, state => this.#number(state));
    lua.lua_setglobal(this.#state, to_luastring('tonumber'));
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

  #load(text: string): string {
    const sha = `sha of ${text}`;
    if (this.#scripts.has(sha)) return sha;
    if (lauxlib.luaL_loadstring(this.#state, to_luastring(text)) !== lua.LUA_OK) throw this.#error();
    lua.lua_setglobal(this.#state, to_luastring(sha));
    this.#scripts.add(sha);
    return sha;
  }

  #evaluate(sha: string, [count, ...rest]: readonly string[]): Value {
    if (!this.#scripts.has(sha)) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    const state = this.#state;
    const keys = rest.slice(0, Number(count));
    this.#push(keys);
    lua.lua_setglobal(state, to_luastring('KEYS'));
    this.#push(rest.slice(keys.length));
    lua.lua_setglobal(state, to_luastring('ARGV'));
    lua.lua_getglobal(state, to_luastring(sha));
    if (lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK) throw this.#error();
    const value = this.#valueAt(-1);
    lua.lua_pop(state, 1);
    return value;
  }

  #error(): RedisError {
    const message = to_jsstring(lua.lua_tostring(this.#state, -1));
    lua.lua_pop(this.#state, 1);
    return new RedisError(`ERR ${message}`);
  }

  #call(state: State): number {
    const args: string[] = [];
    for (let at = 1; at <= lua.lua_gettop(state); at++) args.push(this.#text(at));
    try {
      this.#push(this.#command(args[0]!, args.slice(1)));
      return 1;
    } catch (error) {
      return lauxlib.luaL_error(state, to_luastring((error as Error).message));
    }
  }

  /** The numbers of Redis's Lua are doubles. This Lua has integers of 32 bits too, in which a time in ms overflows. */
  #number(state: State): number {
    const text = lua.lua_isnoneornil(state, 1) ? '' : this.#text(1);
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isNaN(value)) lua.lua_pushnil(state);
    else if (Number.isInteger(value) && Math.abs(value) <= 1e6) lua.lua_pushinteger(state, value);
    else lua.lua_pushnumber(state, value);
    return 1;
  }

  /** Numbers as Redis writes them: whole ones without a point. */
  #text(at: number): string {
    if (lua.lua_type(this.#state, at) === lua.LUA_TNUMBER) return String(lua.lua_tonumber(this.#state, at));
    return to_jsstring(lua.lua_tostring(this.#state, at));
  }

  #push(value: Value): void {
    const state = this.#state;
    if (value === null) lua.lua_pushboolean(state, false);
    else if (typeof value === 'number') lua.lua_pushinteger(state, value);
    else if (typeof value === 'string') lua.lua_pushstring(state, to_luastring(value));
    else {
      lua.lua_createtable(state, value.length, 0);
      for (const [index, each] of value.entries()) {
        this.#push(each);
        lua.lua_rawseti(state, -2, index + 1);
      }
    }
  }

  /** A value of Lua, as Redis answers it: numbers without their fraction, a list up to its first nil. */
  #valueAt(at: number): Value {
    const state = this.#state;
    switch (lua.lua_type(state, at)) {
      case lua.LUA_TNUMBER:
        return Math.trunc(lua.lua_tonumber(state, at));
      case lua.LUA_TSTRING:
        return to_jsstring(lua.lua_tostring(state, at));
      case lua.LUA_TBOOLEAN:
        return lua.lua_toboolean(state, at) ? 1 : null;
      case lua.LUA_TTABLE:
        return this.#listAt(at);
      default:
        return null;
    }
  }

  #listAt(at: number): Value[] {
    const state = this.#state;
    const list: Value[] = [];
    for (let index = 1; ; index++) {
      const isNil = lua.lua_rawgeti(state, at, index) === lua.LUA_TNIL;
      if (!isNil) list.push(this.#valueAt(-1));
      lua.lua_pop(state, 1);
      if (isNil) return list;
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
