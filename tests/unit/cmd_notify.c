/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmd_notify.c - which part of a program's sd_notify(3) message is passed on
 */
#include "test.h"

#include "../../cmd/jail/message.c"
#include "../../cmd/jail/notify.c"
#include "../../cmd/jail/util.c"

static char out[NOTIFY_OUT];

static const char *filtered(const char *text, size_t len, bool stopping)
{
	size_t n = notify_filter(text, len, stopping, out);

	CHECK(n < NOTIFY_OUT && strlen(out) == n);
	return out;
}

#define FILTERED(text) filtered(text, sizeof(text) - 1, false)

TEST(what_is_safe)
{
	CHECK_STR(FILTERED("READY=1"), "READY=1\n");
	CHECK_STR(FILTERED("READY=1\nSTATUS=up\n"), "READY=1\nSTATUS=up\n");
	CHECK_STR(FILTERED("RELOADING=1\nMONOTONIC_USEC=123456"), "RELOADING=1\nMONOTONIC_USEC=123456\n");
	CHECK_STR(FILTERED("WATCHDOG=1\nWATCHDOG=trigger\n"), "WATCHDOG=1\nWATCHDOG=trigger\n");
	CHECK_STR(FILTERED("ERRNO=2\nEXIT_STATUS=0\nSTOPPING=1"), "ERRNO=2\nEXIT_STATUS=0\nSTOPPING=1\n");
	CHECK_STR(FILTERED("STATUS="), "STATUS=\n");
}

TEST(what_is_not)
{
	static const char *const bad[] = {
		"", "\n", "\n\n\n", "=", "=1", "READY", "READY=", "READY=0", "READY=11", "READY =1", " READY=1",
		"ready=1", "READYX=1", "MAINPID=1", "MAINPIDFDID=1", "FDSTORE=1", "FDSTOREREMOVE=1", "FDNAME=a",
		"FDPOLL=0", "NOTIFYACCESS=all", "BARRIER=1", "BUSERROR=x", "VARLINKERROR=x", "X_MINE=1",
		"ERRNO=", "ERRNO=-1", "ERRNO=1 ", "ERRNO=0x1", "ERRNO=123456789012345678901", "WATCHDOG=0",
		"MONOTONIC_USEC=now", "STATUS",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_STR(filtered(bad[i], strlen(bad[i]), false), "");
	CHECK_STR(FILTERED("READY=1\0\nSTOPPING=1"), "STOPPING=1\n");
	CHECK_STR(FILTERED("READY=1\r\nSTOPPING=1"), "STOPPING=1\n");
}

TEST(more_time_only_before_the_stop)
{
	CHECK_STR(filtered("EXTEND_TIMEOUT_USEC=5\nREADY=1", 29, false), "EXTEND_TIMEOUT_USEC=5\nREADY=1\n");
	CHECK_STR(filtered("EXTEND_TIMEOUT_USEC=5\nREADY=1", 29, true), "READY=1\n");
}

TEST(status_text)
{
	char text[NOTIFY_MAX];

	CHECK_STR(FILTERED("STATUS=a\033[2J\007\177b"), "STATUS=a?[2J??b\n");
	CHECK_STR(FILTERED("STATUS=\303\244\342\202\254\360\237\230\200"),
		  "STATUS=\303\244\342\202\254\360\237\230\200\n");
	CHECK_STR(FILTERED("STATUS=\377\303"), "STATUS=??\n");
	CHECK_STR(FILTERED("STATUS=\303\nREADY=1"), "STATUS=?\nREADY=1\n");
	CHECK_STR(FILTERED("STATUS=a\0b"), "STATUS=a?b\n");
	memset(text, 'x', sizeof(text));
	memcpy(text, "STATUS=", 7);
	CHECK(strlen(filtered(text, sizeof(text), false)) <= STATUS_MAX + 8);
	memset(text + 7, '\344', sizeof(text) - 7);
	CHECK(strlen(filtered(text, sizeof(text), false)) <= STATUS_MAX + 8);
}

/* Nothing grows: an output as long as the longest input is enough. */
TEST(it_never_grows)
{
	static const char *const lines[] = { "STATUS=", "READY=1", "ERRNO=1", "STATUS=\001", "WATCHDOG=1", "x" };
	char text[NOTIFY_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t len = 0, n = strlen(lines[i]);

		while (len + n + 1 <= sizeof(text)) {
			memcpy(text + len, lines[i], n);
			text[len + n] = '\n';
			len += n + 1;
		}
		filtered(text, len, false);
		if (n < sizeof(text) - len) {           /* the last one without its newline */
			memcpy(text + len, lines[i], n);
			filtered(text, len + n, false);
		}
	}
}

TEST(a_flood_is_slowed_down)
{
	struct notify n = { .fd = 0 };
	struct pollfd p;

	CHECK_INT(notify_poll(&n, &p), -1);
	CHECK(p.fd == 0 && n.credit == BURST);
	n.credit = 0;
	CHECK_INT(notify_poll(&n, &p), REFILL_MS);
	CHECK_INT(p.fd, -1);
	usleep(REFILL_MS * 3000);
	CHECK_INT(notify_poll(&n, &p), -1);
	CHECK(p.fd == 0 && n.credit >= 2 && n.credit < BURST);
	n.fd = -1;
	CHECK_INT(notify_poll(&n, &p), -1);
	CHECK_INT(p.fd, -1);
}
