# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What engines need to know of jail, to be copied: they name the command by its path.

ENGINE_CONF := containers.conf docker-daemon.json containerd.toml crio.conf

install: install-engines
install-engines:
	install -d $(DESTDIR)$(DATADIR)/jail/engines
	for file in $(ENGINE_CONF); do \
		sed 's|@BINDIR@|$(BINDIR)|' config/engines/$$file.in > $(DESTDIR)$(DATADIR)/jail/engines/$$file && \
		chmod 644 $(DESTDIR)$(DATADIR)/jail/engines/$$file || exit 1; \
	done
	install -m 644 config/engines/kubernetes.yaml $(DESTDIR)$(DATADIR)/jail/engines

.PHONY: install-engines
