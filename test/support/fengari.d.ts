/** The part of fengari, a Lua in JavaScript without types, that the double of Redis uses. */
declare module 'fengari' {
  /** A Lua state. */
  type State = object & {readonly lua: unique symbol};
  type Text = Uint8Array;

  const fengari: {
    to_luastring(text: string): Text;
    to_jsstring(text: Text): string;
    lua: {
      readonly LUA_OK: number;
      readonly LUA_TNUMBER: number;
      readonly LUA_TSTRING: number;
      readonly LUA_TTABLE: number;
      readonly LUA_TNIL: number;
      readonly LUA_TBOOLEAN: number;
      lua_pcall(state: State, args: number, results: number, handler: number): number;
      lua_pop(state: State, count: number): void;
      lua_gettop(state: State): number;
      lua_settop(state: State, top: number): void;
      lua_type(state: State, at: number): number;
      lua_isnoneornil(state: State, at: number): boolean;
      lua_tonumber(state: State, at: number): number;
      lua_tostring(state: State, at: number): Text;
      lua_toboolean(state: State, at: number): boolean;
      lua_rawgeti(state: State, at: number, index: number): number;
      lua_rawseti(state: State, at: number, index: number): void;
      lua_rawlen(state: State, at: number): number;
      lua_createtable(state: State, list: number, record: number): void;
      lua_pushstring(state: State, text: Text): void;
      lua_pushinteger(state: State, number: number): void;
      lua_pushnumber(state: State, number: number): void;
      lua_pushnil(state: State): void;
      lua_pushboolean(state: State, value: boolean): void;
      lua_pushcfunction(state: State, run: (state: State) => number): void;
      lua_getglobal(state: State, name: Text): number;
      lua_setglobal(state: State, name: Text): void;
      lua_setfield(state: State, at: number, name: Text): void;
    };
    lauxlib: {
      luaL_newstate(): State;
      luaL_loadstring(state: State, text: Text): number;
      luaL_error(state: State, text: Text): number;
    };
    lualib: {luaL_openlibs(state: State): void};
  };
  export default fengari;
}
