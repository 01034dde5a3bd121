/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lengths of time on the command line.
 */
#include "test.h"

#include "../../cmd/jail/duration.c"
#include "../../cmd/jail/message.c"
#include "../../cmd/jail/util.c"

TEST(durations)
{
	static const struct {
		const char *text;
		uint32_t ms;
	} good[] = {
		{ "5s", 5000 }, { "5", 5000 }, { "0", 0 }, { "0s", 0 }, { "500ms", 500 }, { "1m30s", 90000 },
		{ "1.5s", 1500 }, { ".5s", 500 }, { "1h", 3600000 }, { "1h1m1s1ms", 3661001 }, { "1500us", 2 },
		{ "240h", 864000000 }, { "0.25", 250 }, { "2m", 120000 },
	};
	static const char *const bad[] = {
		"", "s", "x", "-1", "+1s", " 1s", "1s ", "1 s", "1x", "1m30", "1s1", ".", ".s", "nan", "inf",
		"0x10", "1e3s", "241h", "99999999999999999999999999h", "1..5s", "1,5s", "5S",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint32_t ms = 77;

		if (!duration_parse(good[i].text, &ms))
			printf("# \"%s\" was refused\n", good[i].text);
		CHECK_INT(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t ms = 77;

		if (duration_parse(bad[i], &ms))
			printf("# \"%s\" was taken\n", bad[i]);
		CHECK_INT(ms, 77);
	}
}
