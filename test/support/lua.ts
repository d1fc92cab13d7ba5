/**
 * Runs scripts of Redis in a real Lua, one for the process. Scripts keep nothing in it: Redis does not let them write globals, so every
 * double of Redis may use the same one, which compiles each script once.
 */
import {type LuaState, LuaWasm, LUA_REGISTRYINDEX as REGISTRY, LuaType as Type} from 'wasmoon';

export type Value = string | number | null | readonly Value[];
/** What `redis.call` does. An error that it throws is one of the script. */
export type Call = (name: string, args: readonly string[]) => Value;

/** The functions of Lua as WebAssembly exports them. Those of `LuaWasm` convert their arguments first, which takes longer than to run a script. */
interface Exports {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _lua_createtable(state: LuaState, list: number, fields: number): void;
  _lua_gettop(state: LuaState): number;
  _lua_pushboolean(state: LuaState, value: number): void;
  _lua_pushinteger(state: LuaState, value: bigint): void;
  _lua_pushlstring(state: LuaState, at: number, bytes: number): void;
  _lua_rawgeti(state: LuaState, table: number, index: bigint): Type;
  _lua_rawseti(state: LuaState, table: number, index: bigint): void;
  _lua_settop(state: LuaState, top: number): void;
  _lua_toboolean(state: LuaState, at: number): number;
  _lua_tolstring(state: LuaState, at: number, length: number): number;
  _lua_tonumberx(state: LuaState, at: number, isNumber: number): number;
  _lua_type(state: LuaState, at: number): Type;
}

const lua = await LuaWasm.initialize();
const raw = lua.module as typeof lua.module & Exports;
const state: LuaState = lua.luaL_newstate();
lua.luaL_openlibs(state);

/** Where texts are written for Lua, after the place where Lua writes the length of one. */
const LONGEST = 65_536;
const lengthAt = raw._malloc(4 + LONGEST);
const textsAt = lengthAt + 4;

/** The memory of Lua, which moves when it grows. */
let memory: Buffer = Buffer.alloc(0);
function heap(): Buffer {
  if (memory.buffer !== raw.HEAPU8.buffer) memory = Buffer.from(raw.HEAPU8.buffer);
  return memory;
}
lua.lua_createtable(state, 0, 1);
lua.lua_pushcclosure(state, lua.module.addFunction(called, 'ii'), 0);
lua.lua_setfield(state, -2, 'call');
lua.lua_setglobal(state, 'redis');

/** Scripts by their text: where Lua's registry holds the function. */
const scripts = new Map<string, bigint>();
let calls: Call;

/** @throws Error The script does not compile, or fails. */
export function runScript(text: string, keys: readonly string[], args: readonly string[], call: Call): Value {
  const script = compiled(text);
  calls = call;
  push(keys);
  lua.lua_setglobal(state, 'KEYS');
  push(args);
  lua.lua_setglobal(state, 'ARGV');
  lua.lua_rawgeti(state, REGISTRY, script);
  if (lua.lua_pcallk(state, 0, 1, 0, 0, null) !== 0) throw failure();
  const value = valueAt(-1);
  raw._lua_settop(state, 0);
  return value;
}

/** @throws Error The script does not compile. */
export function compiled(text: string): bigint {
  let script = scripts.get(text);
  if (script === undefined) {
    if (lua.luaL_loadstring(state, text) !== 0) throw failure();
    script = BigInt(lua.luaL_ref(state, REGISTRY));
    scripts.set(text, script);
  }
  return script;
}

function failure(): Error {
  const message = lua.lua_tolstring(state, -1, null);
  lua.lua_settop(state, 0);
  return new Error(message);
}

function called(): number {
  const args: string[] = [];
  for (let at = 1, top = raw._lua_gettop(state); at <= top; at++) args.push(textAt(at));
  try {
    push(calls(args[0]!, args.slice(1)));
    return 1;
  } catch (error) {
    lua.lua_pushstring(state, (error as Error).message);
  }
  return lua.lua_error(state);
}

/** Numbers as Redis writes them: whole ones without a point. */
const textAt = (at: number): string =>
  raw._lua_type(state, at) === Type.Number ? String(raw._lua_tonumberx(state, at, 0)) : stringAt(at);

function stringAt(at: number): string {
  const start = raw._lua_tolstring(state, at, lengthAt);
  return heap().toString('utf8', start, start + heap().readUInt32LE(lengthAt));
}

function push(value: Value): void {
  if (value === null) raw._lua_pushboolean(state, 0);
  else if (typeof value === 'number') raw._lua_pushinteger(state, BigInt(value));
  else if (typeof value === 'string') pushString(value);
  else {
    raw._lua_createtable(state, value.length, 0);
    for (const [index, each] of value.entries()) {
      push(each);
      raw._lua_rawseti(state, -2, BigInt(index + 1));
    }
  }
}

function pushString(text: string): void {
  // A character has three bytes at the most.
  if (text.length * 3 > LONGEST) lua.lua_pushstring(state, text);
  else raw._lua_pushlstring(state, textsAt, heap().write(text, textsAt));
}

/** A value of Lua, as Redis answers it: numbers without their fraction, a list up to its first nil. */
function valueAt(at: number): Value {
  switch (raw._lua_type(state, at)) {
    case Type.Number:
      return Math.trunc(raw._lua_tonumberx(state, at, 0));
    case Type.String:
      return stringAt(at);
    case Type.Boolean:
      return raw._lua_toboolean(state, at) === 0 ? null : 1;
    case Type.Table:
      return listAt(at);
    default:
      return null;
  }
}

function listAt(at: number): Value[] {
  const list: Value[] = [];
  for (let index = 1n; ; index++) {
    const isNil = raw._lua_rawgeti(state, at, index) === Type.Nil;
    if (!isNil) list.push(valueAt(-1));
    raw._lua_settop(state, -2);
    if (isNil) return list;
  }
}
