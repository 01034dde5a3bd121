#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cli_completion.bats - completion scripts: current, complete, and working in their shells

load cli_helpers

setup() {
	cli_setup
	# The scripts call jail to list ids, and jail the appliance tool
	mkdir -p bin
	ln -sf "$JAIL" bin/jail
	PATH=$PWD/bin:$TOP/rootfs-tools:$PATH
}

@test "the scripts in config/completions are what the command prints" {
	for pair in bash:jail.bash zsh:_jail fish:jail.fish; do
		"$JAIL" completion "${pair%%:*}" | diff - "$TOP/config/completions/${pair#*:}" || {
			echo "run: make completions"
			return 1
		}
	done
}

@test "every option of every verb is in every script" {
	for shell in bash zsh fish; do
		"$JAIL" completion "$shell" >script
		"$JAIL" __options | cut -f2 | sort -u | while read -r option; do
			grep -q -- "$option\|-l ${option#--} " script ||
				grep -q -- "-l ${option#--}\$" script || echo "$shell: no $option"
		done
	done >missing
	cat missing
	[ ! -s missing ]
}

@test "another shell is refused" {
	run "$JAIL" completion tcsh
	[ "$status" -eq 1 ]
	[ "$output" = 'jail: completion: "tcsh" is not one of: bash zsh fish' ]
}

# What bash would offer for the last word
bash_offers() {
	bash -c '. <(jail completion bash)
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _jail; echo "${COMPREPLY[*]}"' - "$@"
}

@test "bash" {
	[ "$(bash_offers jail ex)" = exec ]
	[ "$(bash_offers jail --log-format '')" = "text json" ]
	[ "$(bash_offers jail run --det)" = --detach ]
	[ "$(bash_offers jail kill web '')" = "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH" ]
	[ "$(bash_offers jail completion '')" = "bash zsh fish" ]
	touch some.json
	[ "$(bash_offers jail run -d some.j)" = some.json ]
	bash_offers jail exec -c CAP_SYS_CH | grep -qx CAP_SYS_CHROOT
	[ "$(bash_offers jail appliance sta)" = "start status" ]
	[ "$(bash_offers jail appliance run --po)" = --port ]
	[ "$(bash_offers jail appliance run med)" = mediawiki ]
	[ "$(bash_offers jail appliance restore '')" = "$(compgen -f | xargs)" ]
	[ "$(JAIL_DATA_DIR=$PWD/none bash_offers jail appliance start --)" = "--quiet --help" ]
	mkdir -p 'evil/$(touch done)' evil/good
	echo '{}' | tee 'evil/$(touch done)/appliance.json' > evil/good/appliance.json
	[ "$(JAIL_APPLIANCES=$PWD/evil bash_offers jail appliance run g)" = good ]
	[ "$(JAIL_APPLIANCES=$PWD/evil jail appliance words run | grep -c touch)" = 0 ]
	[ ! -e done ]
}

@test "fish" {
	command -v fish >/dev/null || skip "no fish"
	# shellcheck disable=SC2016 # for fish
	offers() { HOME=$PWD fish -c 'jail completion fish | source; complete -C $argv' "$1" | cut -f1; }
	[ "$(offers 'jail ex')" = exec ]
	[ "$(offers 'jail --log-format t')" = text ]
	[ "$(offers 'jail run --deta')" = --detach ]
	offers 'jail kill web ' | grep -qx KILL
	[ "$(offers 'jail completion z')" = zsh ]
	touch some.json
	[ "$(offers 'jail run -d some.j')" = some.json ]
	[ "$(offers 'jail appliance run --po')" = --port ]
	[ "$(offers 'jail appliance run med')" = mediawiki ]
	[ "$(offers 'jail appliance restore some.j')" = some.json ]
}

@test "zsh" {
	command -v zsh >/dev/null || skip "no zsh"
	"$JAIL" completion zsh >_jail
	zsh -n _jail
	[ "$(head -1 _jail)" = "#compdef jail" ]
}
