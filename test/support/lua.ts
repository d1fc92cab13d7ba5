/**
 * Runs scripts of Redis in a real Lua, one for the process. Scripts keep nothing in it: Redis does not let them write globals, so every
 * double of Redis may use the same one, which compiles each script once.
 */
import {type LuaState, LuaWasm, LUA_REGISTRYINDEX as REGISTRY, LuaType as Type} from 'wasmoon';

export type Value = string | number | null | readonly Value[];
/** What `redis.call` does. An error that it throws is one of the script. */
export type Call = (name: string, args: readonly string[]) => Value;

const lua = await LuaWasm.initialize();
const state: LuaState = lua.luaL_newstate();
lua.luaL_openlibs(state);
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
  lua.lua_settop(state, 0);
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
  for (let at = 1, top = lua.lua_gettop(state); at <= top; at++) args.push(textAt(at));
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
  lua.lua_type(state, at) === Type.Number
    ? String(lua.lua_tonumberx(state, at, null))
    : lua.lua_tolstring(state, at, null);

function push(value: Value): void {
  if (value === null) lua.lua_pushboolean(state, 0);
  else if (typeof value === 'number') lua.lua_pushinteger(state, BigInt(value));
  else if (typeof value === 'string') lua.lua_pushstring(state, value);
  else {
    lua.lua_createtable(state, value.length, 0);
    for (const [index, each] of value.entries()) {
      push(each);
      lua.lua_rawseti(state, -2, BigInt(index + 1));
    }
  }
}

/** A value of Lua, as Redis answers it: numbers without their fraction, a list up to its first nil. */
function valueAt(at: number): Value {
  switch (lua.lua_type(state, at)) {
    case Type.Number:
      return Math.trunc(lua.lua_tonumberx(state, at, null));
    case Type.String:
      return lua.lua_tolstring(state, at, null);
    case Type.Boolean:
      return lua.lua_toboolean(state, at) === 0 ? null : 1;
    case Type.Table:
      return listAt(at);
    default:
      return null;
  }
}

function listAt(at: number): Value[] {
  const list: Value[] = [];
  for (let index = 1n; ; index++) {
    const isNil = lua.lua_rawgeti(state, at, index) === Type.Nil;
    if (!isNil) list.push(valueAt(-1));
    lua.lua_settop(state, -2);
    if (isNil) return list;
  }
}
