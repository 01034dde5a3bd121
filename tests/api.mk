# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs that use the library as a daemon would: through jail.h and libjail.a only.

API_BIN := $(addprefix $(B)/tests/api/,daemon latency small)
API_CC   = $(CC) -std=gnu11 $(O) $(filter-out -Wmissing-prototypes,$(WARN)) -D_GNU_SOURCE -Ilib -Itests/unit $(SAN)

$(B)/tests/api/%: tests/api/%.c tests/api/snapshot.c tests/api/snapshot.h lib/jail.h $(B)/libjail.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(API_CC) -o $@ $< $(if $(filter daemon,$*),tests/api/snapshot.c) $(B)/libjail.a $(LIBS_SHARED) -lpthread

# tests/api/run wants both kinds of library beside the programs.
$(API_BIN): | $(B)/libjail.so.0
