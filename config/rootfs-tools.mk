# SPDX-License-Identifier: LGPL-2.1-or-later
#
# jail-rootfs and jail-appliance: the commands name the folder of their parts by its path.

ROOTFS_TOOLS := $(DATADIR)/jail/rootfs-tools

install: install-rootfs-tools
install-rootfs-tools:
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(ROOTFS_TOOLS)/rootfs.d \
		$(DESTDIR)$(DATADIR)/bash-completion/completions
	for tool in jail-rootfs jail-appliance; do \
		sed 's|^LIB=.*|LIB=$(ROOTFS_TOOLS)/rootfs.d|; s|^HERE=.*|HERE=$(ROOTFS_TOOLS)|' rootfs-tools/$$tool \
			> $(DESTDIR)$(BINDIR)/$$tool.new && \
		chmod 755 $(DESTDIR)$(BINDIR)/$$tool.new && \
		mv $(DESTDIR)$(BINDIR)/$$tool.new $(DESTDIR)$(BINDIR)/$$tool || exit 1; \
	done
	install -m 755 rootfs-tools/busybox $(DESTDIR)$(ROOTFS_TOOLS)
	install -m 644 rootfs-tools/rootfs.d/* $(DESTDIR)$(ROOTFS_TOOLS)/rootfs.d
	rm -rf $(DESTDIR)$(ROOTFS_TOOLS)/appliance.d $(DESTDIR)$(ROOTFS_TOOLS)/appliances
	cp -r rootfs-tools/appliance.d rootfs-tools/appliances $(DESTDIR)$(ROOTFS_TOOLS)
	chmod -R u=rwX,go=rX $(DESTDIR)$(ROOTFS_TOOLS)
	install -m 644 config/completions/jail-rootfs.bash \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/jail-rootfs

.PHONY: install-rootfs-tools
