/* luajit FILE: runs a Lua program on LuaJIT, which makes machine code of its loops. */
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	lua_State *l = luaL_newstate();
	luaL_openlibs(l);
	if (argc < 2 || luaL_dofile(l, argv[1])) {
		fprintf(stderr, "luajit: %s\n", argc < 2 ? "no file" : lua_tostring(l, -1));
		return 1;
	}
	return 0;
}
