# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Units for systemd: the templates name the command by its path.

UNITDIR ?= $(PREFIX)/lib/systemd/system

install: install-units
install-units:
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(DATADIR)/jail/systemd/jail@web.service.d
	for unit in jail@.service jail-gc.service jail-net.service; do \
		sed 's|@BINDIR@|$(BINDIR)|' config/systemd/$$unit.in > $(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done
	install -m 644 config/systemd/jail.slice $(DESTDIR)$(UNITDIR)
	install -m 644 config/systemd/examples/jail@web.socket $(DESTDIR)$(DATADIR)/jail/systemd
	install -m 644 config/systemd/examples/jail@web.service.d/order.conf \
		$(DESTDIR)$(DATADIR)/jail/systemd/jail@web.service.d

.PHONY: install-units
