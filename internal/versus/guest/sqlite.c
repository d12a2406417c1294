/* sqlite FILE: executes the SQL statements of a file in memory and prints the rows. */
#include <sqlite3.h>
#include <stdio.h>

static int row(void *p, int n, char **v, char **name)
{
	(void)p, (void)name;
	for (int i = 0; i < n; i++)
		printf("%s%c", v[i] ? v[i] : "", i == n - 1 ? '\n' : '|');
	return 0;
}

int main(int argc, char **argv)
{
	static char sql[1 << 20];
	FILE *f = argc < 2 ? NULL : fopen(argv[1], "r");
	if (!f) {
		fprintf(stderr, "sqlite: no file\n");
		return 1;
	}
	sql[fread(sql, 1, sizeof sql - 1, f)] = 0;
	sqlite3 *db;
	char *err = NULL;
	if (sqlite3_open(":memory:", &db) || sqlite3_exec(db, sql, row, NULL, &err)) {
		fprintf(stderr, "sqlite: %s\n", err ? err : "open");
		return 1;
	}
	return sqlite3_close(db);
}
