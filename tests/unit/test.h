/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test.h - a small harness: each TEST() is one TAP line; the program fails when one does
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

static struct test *test_first, **test_last = &test_first;
static int test_failed;

#define TEST(id) \
	static void test_##id(void); \
	static struct test test_entry_##id = { #id, test_##id, NULL }; \
	__attribute__((constructor)) static void test_add_##id(void) \
	{ \
		*test_last = &test_entry_##id; \
		test_last = &test_entry_##id.next; \
	} \
	static void test_##id(void)

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: failed: %s\n", __FILE__, __LINE__, #cond); \
			test_failed = 1; \
		} \
	} while (0)

#define CHECK_INT(a, b) \
	do { \
		long long a_ = (long long)(a), b_ = (long long)(b); \
		if (a_ != b_) { \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #a, a_, b_); \
			test_failed = 1; \
		} \
	} while (0)

#define CHECK_STR(a, b) \
	do { \
		const char *a_ = (a), *b_ = (b); \
		if (!a_ || !b_ || strcmp(a_, b_)) { \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #a, \
			       a_ ? a_ : "(null)", b_ ? b_ : "(null)"); \
			test_failed = 1; \
		} \
	} while (0)

int main(void)
{
	int n = 0, bad = 0;

	for (struct test *t = test_first; t; t = t->next)
		n++;
	printf("1..%d\n", n);
	n = 0;
	for (struct test *t = test_first; t; t = t->next) {
		test_failed = 0;
		t->run();
		bad += test_failed;
		printf("%s %d - %s: %s\n", test_failed ? "not ok" : "ok", ++n,
		       strrchr(__BASE_FILE__, '/') ? strrchr(__BASE_FILE__, '/') + 1 : __BASE_FILE__,
		       t->name);
	}
	return bad ? 1 : 0;
}
