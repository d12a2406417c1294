/* lua FILE [ARGUMENT]: runs a Lua program, with arg[1] the argument. */
#include <lua5.4/lua.h>
#include <lua5.4/lauxlib.h>
#include <lua5.4/lualib.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	lua_State *l = luaL_newstate();
	luaL_openlibs(l);
	lua_createtable(l, argc, 0);
	for (int i = 1; i < argc; i++) {
		lua_pushstring(l, argv[i]);
		lua_rawseti(l, -2, i - 1);
	}
	lua_setglobal(l, "arg");
	if (argc < 2 || luaL_dofile(l, argv[1])) {
		fprintf(stderr, "lua: %s\n", argc < 2 ? "no file" : lua_tostring(l, -1));
		return 1;
	}
	return 0;
}
