/* perl: the Perl interpreter without extensions. */
#include <EXTERN.h>
#include <perl.h>

int main(int argc, char **argv, char **env)
{
	PERL_SYS_INIT3(&argc, &argv, &env);
	PerlInterpreter *p = perl_alloc();
	perl_construct(p);
	int r = perl_parse(p, NULL, argc, argv, env);
	if (!r)
		r = perl_run(p);
	perl_destruct(p);
	perl_free(p);
	PERL_SYS_TERM();
	return r;
}
