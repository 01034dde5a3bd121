# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The completion scripts are made from the command's own option tables; a test compares them.

completions: $(B)/jail
	$(B)/jail completion bash > config/completions/jail.bash
	$(B)/jail completion zsh > config/completions/_jail
	$(B)/jail completion fish > config/completions/jail.fish

.PHONY: completions
