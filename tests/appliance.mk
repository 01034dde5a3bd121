# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-appliance: appliances as somebody would use them, with a browser; see tests/appliance/run

DEPS_APPLIANCE := chromium chromium-driver fonts-liberation bats jq python3 mmdebstrap zstd iproute2 util-linux nftables

# The last suite boots the machine of make check-vm.
deps-appliance: deps-build deps-vm
	@tests/deps $(DEPS_APPLIANCE)

# TAP of its own, the build of check
check-appliance: deps-appliance
	@$(MAKE) --no-print-directory TAP=$(B)/appliance/tap suites-appliance
	@tests/summary $(B)/appliance/tap

suites-appliance: all
	@rm -rf $(TAP)
	@tests/suite $(TAP) appliance env B=$(B) JAIL=$(abspath $(B))/jail tests/appliance/run
	@tests/suite $(TAP) reboot env B=$(B) tests/appliance/reboot

.PHONY: deps-appliance check-appliance suites-appliance
