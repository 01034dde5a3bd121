/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threads.c - eight threads add up; prints the sum
 */
#include <pthread.h>
#include <stdio.h>

static void *add(void *arg)
{
	for (int i = 0; i < 1000; i++)
		__atomic_add_fetch((long *)arg, 1, __ATOMIC_RELAXED);
	return NULL;
}

int main(void)
{
	pthread_t t[8];
	long sum = 0;

	for (int i = 0; i < 8; i++)
		if (pthread_create(&t[i], NULL, add, &sum))
			return 1;
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	printf("sum %ld\n", sum);
	return 0;
}
