// Floating point through the C library: conversion both ways, and functions.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	double s = strtod("1.5e-3", NULL);
	for (int i = 1; i < 50; i++)
		s += sin(i) * exp(-0.1 * i) + log(i) / i + pow(i, 0.3) + sqrt(i) + floor(i * 0.7);
	printf("%.17g %f %e %a\n", s, s, s, s);
	return 0;
}
