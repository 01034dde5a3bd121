# SPDX-License-Identifier: LGPL-2.1-or-later
#
# jail - a Linux container runtime
#
#   make              build the command, its init and the libraries into build/
#   make deps         install what is missing from Debian's packages (root)
#   make quickstart   deps, build, a small root file system, and a first jail (root)
#   make check        all tests (root)          make lint      static checks
#   make check-asan   all tests, sanitized      make check-fuzz   bounded fuzzing
#   make check-vm     all tests in a virtual machine with systemd and every cgroup controller
#   make check-appliance   mediawiki as somebody would use it, with a browser
#   make bench        speed beside crun, runc, bwrap and a floor program
#   make coverage     line coverage of all tests
#   make install      honours DESTDIR and PREFIX

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCDIR  ?= $(PREFIX)/include
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share

B       ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-7s %s\n' $(1) $@)
O       ?= -O2 -g

WARN := -Wall -Wextra -Wconversion -Wno-sign-conversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LDHARDEN := -Wl,-z,relro,-z,now,-z,noexecstack

SAN ?=
ifneq ($(SAN),)
HARDEN := -fstack-protector-strong
O := -O1 -g -fno-omit-frame-pointer
endif

LIBEXECDIR ?= $(PREFIX)/libexec/jail
CPPFLAGS += -DJAIL_HELPERS='"$(LIBEXECDIR)"' -Ilib -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DJAIL_VERSION='"$(VERSION)"'
CFLAGS_ALL = -std=gnu11 $(O) $(WARN) $(HARDEN) -fPIC -fvisibility=hidden $(SAN) $(CFLAGS)

# The command is static: the loader and four libraries would cost it more than half its start-up.
# Sanitizers need the dynamic loader.
STATIC ?= $(if $(SAN),,-static-pie)
LIBS_STATIC = $(if $(STATIC),-Wl$(comma)-Bstatic) $(LIBS_SHARED) -lpthread
LIBS_SHARED := -lseccomp -lcap -ljansson -lnl-route-3 -lnl-3 -lm
LIBNL_CFLAGS := -isystem /usr/include/libnl3
comma := ,

LIB_SRC  := $(wildcard lib/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o) $(B)/lib/base/embed.o
CMD_SRC  := $(wildcard cmd/jail/*.c)
CMD_OBJ  := $(CMD_SRC:%.c=$(B)/%.o)
INIT_SRC := $(wildcard cmd/jail-init/*.c)
UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/unit/%)

all: $(B)/jail $(B)/jail-scope $(B)/libjail.so.0 $(B)/libjail.a $(B)/libjail.pc

# ---- objects ----

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(LIBNL_CFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# What is carried inside the library: the interpreter, the default spec, the default profile.
$(B)/lib/base/embed.o: lib/base/embed.S $(B)/jail-init $(wildcard config/spec/*.json config/seccomp/*.json config/net/*)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -c -DEMBED_INIT='"$(B)/jail-init"' -o $@ $<

# jail-init has no library under it: no libc, no heap, no relocations.  The canary comes from AT_RANDOM.
INIT_CC := gcc
INIT_CFLAGS := -std=gnu11 -Os $(WARN) -ffreestanding -fno-builtin -D_GNU_SOURCE -fPIE -fvisibility=hidden \
	-fstack-protector-strong -mstack-protector-guard=global -fcf-protection=full \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-tree-loop-distribute-patterns \
	-Ilib
INIT_LDFLAGS := -nostdlib -static-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,max-page-size=4096 \
	-Wl,--build-id=none,--gc-sections,-z,noseparate-code -Wl,--hash-style=gnu
$(B)/jail-init: $(INIT_SRC) $(wildcard cmd/jail-init/*.h) lib/plan/plan.h lib/plan/check.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(INIT_CC) $(INIT_CFLAGS) $(INIT_LDFLAGS) -o $@ $(INIT_SRC)
	$(Q)strip -s -R .comment -R .note.gnu.property $@

# ---- libraries and the command ----

# For tests, which look inside; what is installed has nothing global but jail_*.
$(B)/internal.a: $(LIB_OBJ)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libjail.o: $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(LD) -r -o $@ $^
	$(Q)objcopy --localize-hidden $@

$(B)/libjail.a: $(B)/libjail.o
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libjail.so.0: $(LIB_OBJ) lib/libjail.map
	$(call say,CC)
	$(Q)$(CC) -shared -Wl,-soname,libjail.so.0 -Wl,--version-script=lib/libjail.map $(LDHARDEN) $(SAN) \
		-o $@ $(LIB_OBJ) $(LIBS_SHARED)
	$(Q)ln -sf libjail.so.0 $(B)/libjail.so

# Written anew each time: PREFIX may be another one when it is installed.
$(B)/libjail.pc: lib/libjail.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|;s|@LIBDIR@|$(LIBDIR)|;s|@INCDIR@|$(INCDIR)|;s|@VERSION@|$(VERSION)|' $< > $@

FORCE:

# glibc warns that names cannot be looked up in a static program; libnl could, we never ask it to.
$(B)/jail: $(CMD_OBJ) $(B)/libjail.a
	$(call say,CC)
	$(Q)$(CC) $(STATIC) $(SAN) $(LDHARDEN) -Wl,--gc-sections,--no-warnings -o $@ $(CMD_OBJ) \
		$(B)/libjail.a $(LIBS_STATIC)

# Only this one loads libsystemd, and only --systemd-cgroup starts it.
SCOPE_SRC := $(wildcard cmd/jail-scope/*.c)
$(B)/jail-scope: $(SCOPE_SRC) cmd/jail-scope/scope.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -D_GNU_SOURCE $(CFLAGS_ALL) $(LDHARDEN) -pie -o $@ $(SCOPE_SRC) -lsystemd

# ---- tests ----

$(B)/tests/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(B)/internal.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(LIBNL_CFLAGS) $(filter-out -Wmissing-prototypes,$(CFLAGS_ALL)) -Itests/unit $(LDHARDEN) -o $@ $< $(B)/internal.a \
		$(LIBS_SHARED)

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

# ---- setting up, installing ----

# What is needed to build; to make root file systems; to test; to compare and measure with.
DEPS_BUILD := gcc make binutils libc6-dev libseccomp-dev libcap-dev libnl-3-dev libnl-route-3-dev \
	libjansson-dev libsystemd-dev
DEPS_RUN   := busybox-static nftables
DEPS_ROOTFS := mmdebstrap arch-test qemu-user-static skopeo umoci jq zstd xz-utils erofs-utils python3
DEPS_TEST  := passt musl-tools bats jq python3 tmux strace iproute2 util-linux procps mmdebstrap crun runc mandoc uidmap \
	attr libcap2-bin bash-completion gcovr g++ pkg-config fish zsh \
	python3-prometheus-client docker-registry
DEPS_LINT  := clang clang-tidy cppcheck shellcheck libclang-rt-14-dev
DEPS_BENCH := hyperfine bubblewrap iperf3 wrk netavark containernetworking-plugins

deps deps-build: deps%:
	@tests/deps $(DEPS_BUILD) $(DEPS_RUN) $(if $*,,$(DEPS_ROOTFS) $(DEPS_TEST) $(DEPS_LINT) $(DEPS_BENCH))

# Debian's packages, the build, a busybox root file system, and a first jail in it.
quickstart: deps-build
	@$(MAKE) --no-print-directory all
	@rootfs-tools/busybox $(B)/quickstart/rootfs
	@cp config/spec/quickstart.json $(B)/quickstart/spec.json
	@echo
	$(B)/jail run $(B)/quickstart/spec.json hello
	@echo
	@echo 'That was a jail.  Next:'
	@echo '  a shell in one:       sudo $(B)/jail run --rootfs $(B)/quickstart/rootfs -- /bin/sh'
	@echo '  what a spec does:     $(B)/jail plan $(B)/quickstart/spec.json'
	@echo '  what it stands for:   $(B)/jail spec --expand $(B)/quickstart/spec.json'
	@echo '  install it:           sudo make install     then: man jail'

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCDIR) \
		$(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
		$(DESTDIR)$(DATADIR)/jail $(DESTDIR)$(DATADIR)/bash-completion/completions \
		$(DESTDIR)$(DATADIR)/zsh/site-functions $(DESTDIR)$(DATADIR)/fish/vendor_completions.d
	install -s -m 755 $(B)/jail $(DESTDIR)$(BINDIR)/jail
	install -d $(DESTDIR)$(LIBEXECDIR)
	install -s -m 755 $(B)/jail-scope $(DESTDIR)$(LIBEXECDIR)/jail-scope
	install -m 755 $(B)/libjail.so.0 $(DESTDIR)$(LIBDIR)/libjail.so.0
	ln -sf libjail.so.0 $(DESTDIR)$(LIBDIR)/libjail.so
	install -m 644 $(B)/libjail.a $(DESTDIR)$(LIBDIR)/libjail.a
	install -m 644 $(B)/libjail.pc $(DESTDIR)$(LIBDIR)/pkgconfig/libjail.pc
	install -m 644 lib/jail.h $(DESTDIR)$(INCDIR)/jail.h
	install -m 644 man/*.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 man/*.3 $(DESTDIR)$(MANDIR)/man3
	install -m 644 man/*.5 $(DESTDIR)$(MANDIR)/man5
	install -m 644 man/*.7 $(DESTDIR)$(MANDIR)/man7
	install -m 644 config/spec/default.json $(DESTDIR)$(DATADIR)/jail/spec.json
	install -m 644 config/seccomp/default.json $(DESTDIR)$(DATADIR)/jail/seccomp.json
	install -m 644 config/net/jail0.json $(DESTDIR)$(DATADIR)/jail/network.json
	install -m 644 config/net/jail.nft $(DESTDIR)$(DATADIR)/jail/network.nft
	install -m 644 config/completions/jail.bash \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/jail
	install -m 644 config/completions/_jail $(DESTDIR)$(DATADIR)/zsh/site-functions/_jail
	install -m 644 config/completions/jail.fish \
		$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/jail.fish

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d)
include $(wildcard tests/*.mk config/*.mk)

.PHONY: FORCE all unit deps deps-build quickstart install clean
