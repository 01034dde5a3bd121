# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make bench [BENCH_RUNS=60]: jail beside crun, runc, bwrap and the floor; see tests/bench/bench.py

BENCH_RUNS ?= 60
BENCH_TINY := -Os -ffreestanding -nostdlib -static -fno-stack-protector -Wl,--build-id=none,-z,noseparate-code
BENCH_BIN  := $(addprefix $(B)/tests/bench/,floor timer true pause httpd floor_net)

$(B)/tests/bench/floor $(B)/tests/bench/timer: $(B)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -static -o $@ $<

$(B)/tests/bench/true: tests/bench/true.c
	@mkdir -p $(@D)
	$(CC) -Wall -Wextra -Werror $(BENCH_TINY) -o $@ $<

$(B)/tests/bench/pause: tests/bench/true.c
	@mkdir -p $(@D)
	$(CC) -Wall -Wextra -Werror $(BENCH_TINY) -DPAUSE -o $@ $<

$(B)/tests/bench/httpd: tests/bench/httpd.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -static -o $@ $<

$(B)/tests/bench/floor_net: tests/bench/floor_net.c $(B)/internal.a
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -Ilib $(LIBNL_CFLAGS) -static -o $@ $< $(B)/internal.a \
		$(LIBS_SHARED) -lpthread

bench: $(B)/jail $(BENCH_BIN)
	python3 tests/bench/bench.py --build $(B) --runs $(BENCH_RUNS) --json $(B)/bench.json
	@echo
	python3 tests/bench/network.py --build $(B) --runs $(BENCH_RUNS) --json $(B)/bench-network.json

.PHONY: bench
