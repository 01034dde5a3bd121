# SPDX-License-Identifier: LGPL-2.1-or-later
#
# jail-rootfs: the command names the folder of its parts by its path.

install: install-rootfs-tools
install-rootfs-tools:
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(DATADIR)/jail/rootfs-tools/rootfs.d \
		$(DESTDIR)$(DATADIR)/bash-completion/completions
	sed 's|^LIB=.*|LIB=$(DATADIR)/jail/rootfs-tools/rootfs.d|' rootfs-tools/jail-rootfs \
		> $(DESTDIR)$(BINDIR)/jail-rootfs.new
	chmod 755 $(DESTDIR)$(BINDIR)/jail-rootfs.new
	mv $(DESTDIR)$(BINDIR)/jail-rootfs.new $(DESTDIR)$(BINDIR)/jail-rootfs
	install -m 755 rootfs-tools/busybox $(DESTDIR)$(DATADIR)/jail/rootfs-tools
	install -m 644 rootfs-tools/rootfs.d/* $(DESTDIR)$(DATADIR)/jail/rootfs-tools/rootfs.d
	install -m 644 config/completions/jail-rootfs.bash \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/jail-rootfs

.PHONY: install-rootfs-tools
