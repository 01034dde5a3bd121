# bash completion for jail - made by `jail completion bash`; do not edit
# shellcheck shell=bash disable=SC2207

_jail_words() {
	COMPREPLY=($(compgen -W "$1" -- "$current"))
}

_jail_files() {
	local IFS=$'\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY=($(compgen "${1:--f}" -- "$current"))
}

_jail_ids() {
	_jail_words "$(jail ${root:+--root "$root"} list -q 2>/dev/null)"
}

_jail_tool() {
	local words
	words=$(jail "$verb" words "$first" 2>/dev/null)
	options=$(grep -e ^-- <<< "$words")
	_jail_words "$(grep -ve ^-- <<< "$words")"
	((${#COMPREPLY[@]})) || _jail_files
}

_jail_takes_value() {
	case $1:$2 in
	:--root) return 0 ;;
	:--data) return 0 ;;
	:--log) return 0 ;;
	:--log-format) return 0 ;;
	:--cgroup-manager) return 0 ;;
	:--rootless) return 0 ;;
	run:--rootfs) return 0 ;;
	run:--image) return 0 ;;
	run:--upper) return 0 ;;
	run:--name) return 0 ;;
	run:--net) return 0 ;;
	run:--publish|run:-p) return 0 ;;
	run:--ip) return 0 ;;
	run:--dns) return 0 ;;
	run:--dns-search) return 0 ;;
	run:--hostname) return 0 ;;
	run:--bundle|run:-b) return 0 ;;
	run:--config|run:-f) return 0 ;;
	run:--pid-file) return 0 ;;
	run:--console-socket) return 0 ;;
	run:--pidfd-socket) return 0 ;;
	run:--log-output) return 0 ;;
	run:--preserve-fds) return 0 ;;
	exec:--user|exec:-u) return 0 ;;
	exec:--env|exec:-e) return 0 ;;
	exec:--cwd) return 0 ;;
	exec:--process|exec:-p) return 0 ;;
	exec:--additional-gids|exec:-g) return 0 ;;
	exec:--cap|exec:-c) return 0 ;;
	exec:--apparmor) return 0 ;;
	exec:--process-label) return 0 ;;
	exec:--cgroup) return 0 ;;
	exec:--pid-file) return 0 ;;
	exec:--console-socket) return 0 ;;
	exec:--pidfd-socket) return 0 ;;
	exec:--preserve-fds) return 0 ;;
	stop:--timeout|stop:-t) return 0 ;;
	stop:--signal|stop:-s) return 0 ;;
	update:--resources|update:-r) return 0 ;;
	update:--from-spec) return 0 ;;
	update:--memory|update:-m) return 0 ;;
	update:--memory-reservation) return 0 ;;
	update:--memory-swap) return 0 ;;
	update:--cpus) return 0 ;;
	update:--cpu-share) return 0 ;;
	update:--cpu-quota) return 0 ;;
	update:--cpu-period) return 0 ;;
	update:--cpu-burst) return 0 ;;
	update:--cpu-idle) return 0 ;;
	update:--cpuset-cpus) return 0 ;;
	update:--cpuset-mems) return 0 ;;
	update:--pids-limit) return 0 ;;
	update:--blkio-weight) return 0 ;;
	list:--format|list:-f) return 0 ;;
	ps:--format|ps:-f) return 0 ;;
	stats:--format|stats:-f) return 0 ;;
	stats:--interval) return 0 ;;
	top:--sort|top:-s) return 0 ;;
	top:--interval) return 0 ;;
	plan:--format) return 0 ;;
	plan:--bundle|plan:-b) return 0 ;;
	plan:--config|plan:-f) return 0 ;;
	net:--format|net:-f) return 0 ;;
	spec:--bundle|spec:-b) return 0 ;;
	spec:--expand) return 0 ;;
	create:--bundle|create:-b) return 0 ;;
	create:--config|create:-f) return 0 ;;
	create:--pid-file) return 0 ;;
	create:--console-socket) return 0 ;;
	create:--pidfd-socket) return 0 ;;
	create:--log-output) return 0 ;;
	create:--preserve-fds) return 0 ;;
	events:--interval) return 0 ;;
	esac
	return 1
}

_jail() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb='' root='' options='' first='' word nth=0 i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == --root && -z $verb ]]; then root=${COMP_WORDS[i + 1]}; fi
		if _jail_takes_value "$verb" "$word"; then i=$((i + 1));
		elif [[ $word == -* ]]; then :;
		elif [[ -z $verb ]]; then verb=$word;
		else nth=$((nth + 1)) first=${first:-$word}; fi
	done

	case $verb in
	'')
		options="--root --data --log --log-format --debug --cgroup-manager --systemd-cgroup --rootless --version -v --help -h"
		case $previous in
		--root) _jail_files -d; return ;;
		--data) _jail_files -d; return ;;
		--log) _jail_files; return ;;
		--log-format) _jail_words "text json"; return ;;
		--cgroup-manager) _jail_words "cgroupfs systemd disabled"; return ;;
		--rootless) _jail_words "auto true false"; return ;;
		esac
		_jail_words "run exec console stop kill pause resume update wait publish appliance list ps stats top logs diff commit inspect plan net features spec create start state events delete gc help completion" ;;
	run)
		options="--detach -d --wait-ready --tty -t --rootfs --image --upper --name --keep --service --net --publish -p --ip --dns --dns-search --hostname --bundle -b --config -f --pid-file --console-socket --pidfd-socket --log-output --preserve-fds --no-pivot --no-new-keyring --no-subreaper --help -h"
		case $previous in
		--rootfs) _jail_files -d; return ;;
		--image) :; return ;;
		--upper) _jail_words "ephemeral disk kept none"; return ;;
		--name) :; return ;;
		--net) _jail_words "none host bridge pasta jail:"; return ;;
		--publish|-p) :; return ;;
		--ip) :; return ;;
		--dns) :; return ;;
		--dns-search) :; return ;;
		--hostname) :; return ;;
		--bundle|-b) _jail_files -d; return ;;
		--config|-f) _jail_files; return ;;
		--pid-file) _jail_files; return ;;
		--console-socket) _jail_files; return ;;
		--pidfd-socket) _jail_files; return ;;
		--log-output) _jail_words "file: journal none inherit"; return ;;
		--preserve-fds) :; return ;;
		esac
		if ((nth == 0)); then _jail_files; else _jail_words ""; fi ;;
	exec)
		options="--tty -t --user -u --env -e --cwd --detach -d --process -p --additional-gids -g --cap -c --no-new-privs --apparmor --process-label --cgroup --ignore-paused --pid-file --console-socket --pidfd-socket --preserve-fds --help -h"
		case $previous in
		--user|-u) :; return ;;
		--env|-e) :; return ;;
		--cwd) :; return ;;
		--process|-p) _jail_files; return ;;
		--additional-gids|-g) :; return ;;
		--cap|-c) _jail_words "CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE"; return ;;
		--apparmor) :; return ;;
		--process-label) :; return ;;
		--cgroup) :; return ;;
		--pid-file) _jail_files; return ;;
		--console-socket) _jail_files; return ;;
		--pidfd-socket) _jail_files; return ;;
		--preserve-fds) :; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else _jail_words ""; fi ;;
	console)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	stop)
		options="--timeout -t --signal -s --help -h"
		case $previous in
		--timeout|-t) :; return ;;
		--signal|-s) _jail_words "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH"; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else _jail_ids; fi ;;
	kill)
		options="--all -a --regex --help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else _jail_words "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH"; fi ;;
	pause)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	resume)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	update)
		options="--resources -r --from-spec --memory -m --memory-reservation --memory-swap --cpus --cpu-share --cpu-quota --cpu-period --cpu-burst --cpu-idle --cpuset-cpus --cpuset-mems --pids-limit --blkio-weight --help -h"
		case $previous in
		--resources|-r) _jail_files; return ;;
		--from-spec) _jail_files; return ;;
		--memory|-m) :; return ;;
		--memory-reservation) :; return ;;
		--memory-swap) :; return ;;
		--cpus) :; return ;;
		--cpu-share) :; return ;;
		--cpu-quota) :; return ;;
		--cpu-period) :; return ;;
		--cpu-burst) :; return ;;
		--cpu-idle) :; return ;;
		--cpuset-cpus) :; return ;;
		--cpuset-mems) :; return ;;
		--pids-limit) :; return ;;
		--blkio-weight) :; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	wait)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	publish)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	appliance)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_words "list build run start stop status backup restore update remove"; else _jail_tool; fi ;;
	list)
		options="--quiet -q --format -f --help -h"
		case $previous in
		--format|-f) _jail_words "table json"; return ;;
		esac
		if ((nth == 0)); then :; else :; fi ;;
	ps)
		options="--format -f --help -h"
		case $previous in
		--format|-f) _jail_words "table json"; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	stats)
		options="--all -a --format -f --json --interval --no-stream --help -h"
		case $previous in
		--format|-f) _jail_words "table json openmetrics"; return ;;
		--interval) :; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else _jail_ids; fi ;;
	top)
		options="--sort -s --reverse -r --interval --no-stream --help -h"
		case $previous in
		--sort|-s) _jail_words "id cpu memory share pids io net pressure limits"; return ;;
		--interval) :; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else _jail_ids; fi ;;
	logs)
		options="--follow -f --help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	diff)
		options="--null -z --help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	commit)
		options="--changes --help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	inspect)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	plan)
		options="--format --bundle -b --config -f --help -h"
		case $previous in
		--format) _jail_words "text json"; return ;;
		--bundle|-b) _jail_files -d; return ;;
		--config|-f) _jail_files; return ;;
		esac
		if ((nth == 0)); then _jail_files; else :; fi ;;
	net)
		options="--format -f --help -h"
		case $previous in
		--format|-f) _jail_words "table json"; return ;;
		esac
		if ((nth == 0)); then _jail_words "ls inspect reload gc doctor"; else :; fi ;;
	features)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then :; else :; fi ;;
	spec)
		options="--bundle -b --short --expand --help -h"
		case $previous in
		--bundle|-b) _jail_files -d; return ;;
		--expand) _jail_files; return ;;
		esac
		if ((nth == 0)); then :; else :; fi ;;
	create)
		options="--bundle -b --config -f --pid-file --console-socket --pidfd-socket --log-output --preserve-fds --no-pivot --no-new-keyring --no-subreaper --help -h"
		case $previous in
		--bundle|-b) _jail_files -d; return ;;
		--config|-f) _jail_files; return ;;
		--pid-file) _jail_files; return ;;
		--console-socket) _jail_files; return ;;
		--pidfd-socket) _jail_files; return ;;
		--log-output) _jail_words "file: journal none inherit"; return ;;
		--preserve-fds) :; return ;;
		esac
		if ((nth == 0)); then _jail_files; else :; fi ;;
	start)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	state)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	events)
		options="--stats --interval --help -h"
		case $previous in
		--interval) :; return ;;
		esac
		if ((nth == 0)); then _jail_ids; else :; fi ;;
	delete)
		options="--force -f --regex --help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_ids; else _jail_ids; fi ;;
	gc)
		options="--stopped --help -h"
		case $previous in
		esac
		if ((nth == 0)); then :; else :; fi ;;
	help)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_words "run exec console stop kill pause resume update wait publish appliance list ps stats top logs diff commit inspect plan net features spec create start state events delete gc help completion"; else :; fi ;;
	completion)
		options="--help -h"
		case $previous in
		esac
		if ((nth == 0)); then _jail_words "bash zsh fish"; else :; fi ;;
	esac
	if [[ $current == -* ]]; then _jail_words "$options"; fi
}

complete -F _jail jail
