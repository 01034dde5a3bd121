# fish completion for jail - made by `jail completion fish`; do not edit

# Options of a verb (or of none, "-") whose value is the next word
function __jail_takes_value
	switch "$argv[1] $argv[2]"
		case '- --root' '- --data' '- --log' '- --log-format' '- --cgroup-manager' '- --rootless' 'run --rootfs' 'run --image' 'run --upper' 'run --name' 'run --net' 'run --publish' 'run -p' 'run --ip' 'run --dns' 'run --dns-search' 'run --hostname' 'run --bundle' 'run -b' 'run --config' 'run -f' 'run --pid-file' 'run --console-socket' 'run --pidfd-socket' 'run --log-output' 'run --preserve-fds' 'exec --user' 'exec -u' 'exec --env' 'exec -e' 'exec --cwd' 'exec --process' 'exec -p' 'exec --additional-gids' 'exec -g' 'exec --cap' 'exec -c' 'exec --apparmor' 'exec --process-label' 'exec --cgroup' 'exec --pid-file' 'exec --console-socket' 'exec --pidfd-socket' 'exec --preserve-fds' 'stop --timeout' 'stop -t' 'stop --signal' 'stop -s' 'update --resources' 'update -r' 'update --from-spec' 'update --memory' 'update -m' 'update --memory-reservation' 'update --memory-swap' 'update --cpus' 'update --cpu-share' 'update --cpu-quota' 'update --cpu-period' 'update --cpu-burst' 'update --cpu-idle' 'update --cpuset-cpus' 'update --cpuset-mems' 'update --pids-limit' 'update --blkio-weight' 'list --format' 'list -f' 'ps --format' 'ps -f' 'stats --format' 'stats -f' 'stats --interval' 'top --sort' 'top -s' 'top --interval' 'plan --format' 'plan --bundle' 'plan -b' 'plan --config' 'plan -f' 'net --format' 'net -f' 'spec --bundle' 'spec -b' 'spec --expand' 'create --bundle' 'create -b' 'create --config' 'create -f' 'create --pid-file' 'create --console-socket' 'create --pidfd-socket' 'create --log-output' 'create --preserve-fds' 'events --interval'
			return 0
	end
	return 1
end

# Prints the verb that has been typed, and how many arguments stand behind it
function __jail_where
	set -l words (commandline -opc)
	set -l verb -
	set -l n 0
	set -l skip 0
	for word in $words[2..-1]
		if test $skip = 1
			set skip 0
		else if __jail_takes_value $verb $word
			set skip 1
		else if string match -q -- '-*' $word
			continue
		else if test $verb = -
			set verb $word
		else
			set n (math $n + 1)
		end
	end
	echo $verb
	echo $n
end

function __jail_at
	set -l where (__jail_where)
	test "$where[1]" = "$argv[1]"; or return 1
	switch "$argv[2]"
		case first
			test $where[2] -eq 0
		case more
			test $where[2] -gt 0
	end
end

function __jail_ids
	set -l words (commandline -opc)
	set -l root
	if set -l i (contains -i -- --root $words)
		set root --root $words[(math $i + 1)]
	end
	jail $root list -q 2>/dev/null
end

# What follows the verb that is a program of its own
function __jail_tool
	set -l words (commandline -opc)
	set -l i (contains -i -- $argv[1] $words); or return
	set -l rest (string match -v -- '-*' $words[(math $i + 1)..-1])
	jail $argv[1] words $rest[1] 2>/dev/null
end

complete -c jail -f
complete -c jail -n '__jail_at -' -l root -d 'keep state in DIR (default /run/jail, or $XDG_RUNTIME_DIR/jail)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at -' -l data -d 'images and upper layers are in DIR (default $JAIL_DATA_DIR, or /var/lib/jail)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at -' -l log -d 'write errors and warnings to the end of FILE, too' -r -F
complete -c jail -n '__jail_at -' -l log-format -d 'write them as text (default) or json' -x -a "text json"
complete -c jail -n '__jail_at -' -l debug -d 'say what is being done'
complete -c jail -n '__jail_at -' -l cgroup-manager -d 'who makes cgroups: cgroupfs (default of root), systemd (of users) or disabled' -x -a "cgroupfs systemd disabled"
complete -c jail -n '__jail_at -' -l systemd-cgroup -d 'the same as --cgroup-manager systemd'
complete -c jail -n '__jail_at -' -l rootless -d 'accepted for engines and ignored: the kernel is asked instead' -x -a "auto true false"
complete -c jail -n '__jail_at -' -l version -s v -d 'print the version'
complete -c jail -n '__jail_at -' -l help -s h -d 'print help'
complete -c jail -n '__jail_at -' -a run -d 'make a jail and run its program'
complete -c jail -n '__jail_at run' -l detach -s d -d 'leave it running and return'
complete -c jail -n '__jail_at run' -l wait-ready -d 'with --detach: return when the program says that it is ready'
complete -c jail -n '__jail_at run' -l tty -s t -d 'give the program a terminal, whatever the spec says'
complete -c jail -n '__jail_at run' -l rootfs -d 'no spec: run a command in the directory tree DIR' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at run' -l image -d 'run an image that jail-rootfs made, by its own spec' -x
complete -c jail -n '__jail_at run' -l upper -d 'where changes to layers go: memory (ephemeral), disk, kept or none' -x -a "ephemeral disk kept none"
complete -c jail -n '__jail_at run' -l name -d 'the id, as an option: --rootfs and --image have no other place for it' -x
complete -c jail -n '__jail_at run' -l keep -d 'do not delete the jail when its program has ended'
complete -c jail -n '__jail_at run' -l service -d 'be the main process of a systemd unit, and the jail a part of it'
complete -c jail -n '__jail_at run' -l net -d 'none, host, bridge, pasta, jail:ID, /a/namespace, or a network\'s name' -x -a "none host bridge pasta jail:"
complete -c jail -n '__jail_at run' -l publish -s p -d '[ADDRESS:]PORT[:PORT][/PROTOCOL]: a port of the host\'s leads inside' -x
complete -c jail -n '__jail_at run' -l ip -d 'the address that it has in its network (default: a free one)' -x
complete -c jail -n '__jail_at run' -l dns -d 'a name server for it (default: those of the network, or the host\'s)' -x
complete -c jail -n '__jail_at run' -l dns-search -d 'a domain that it looks names up in' -x
complete -c jail -n '__jail_at run' -l hostname -d 'what it is called, for itself and for others in its network' -x
complete -c jail -n '__jail_at run' -l bundle -s b -d 'the bundle directory (default: the current one)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at run' -l config -s f -d 'read FILE instead of the bundle\'s config.json' -r -F
complete -c jail -n '__jail_at run' -l pid-file -d 'write the pid of the first process to FILE' -r -F
complete -c jail -n '__jail_at run' -l console-socket -d 'send the terminal\'s descriptor to the socket PATH' -r -F
complete -c jail -n '__jail_at run' -l pidfd-socket -d 'send a pidfd of the first process to the socket PATH' -r -F
complete -c jail -n '__jail_at run' -l log-output -d 'output to file:PATH, journal, none, or inherit ours' -x -a "file: journal none inherit"
complete -c jail -n '__jail_at run' -l preserve-fds -d 'pass descriptors 3 to 2+N to the program' -x
complete -c jail -n '__jail_at run' -l no-pivot -d 'do not use pivot_root (the root is an initramfs)'
complete -c jail -n '__jail_at run' -l no-new-keyring -d 'keep the caller\'s session keyring'
complete -c jail -n '__jail_at run' -l no-subreaper -d 'accepted for engines: jail never makes itself a subreaper'
complete -c jail -n '__jail_at run' -l help -s h -d 'print help'
complete -c jail -n '__jail_at run first' -F
complete -c jail -n '__jail_at run more' -F
complete -c jail -n '__jail_at -' -a exec -d 'run one more program in a jail'
complete -c jail -n '__jail_at exec' -l tty -s t -d 'give the program a terminal'
complete -c jail -n '__jail_at exec' -l user -s u -d 'run as USER, a number or a name inside' -x
complete -c jail -n '__jail_at exec' -l env -s e -d 'add to the environment; may be repeated' -x
complete -c jail -n '__jail_at exec' -l cwd -d 'start in the directory DIR of the jail' -x
complete -c jail -n '__jail_at exec' -l detach -s d -d 'leave it running and return'
complete -c jail -n '__jail_at exec' -l process -s p -d 'take everything from a process object in JSON' -r -F
complete -c jail -n '__jail_at exec' -l additional-gids -s g -d 'add supplementary groups; may be repeated' -x
complete -c jail -n '__jail_at exec' -l cap -s c -d 'add a capability; may be repeated' -x -a "CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE"
complete -c jail -n '__jail_at exec' -l no-new-privs -d 'the program cannot gain privileges by executing another'
complete -c jail -n '__jail_at exec' -l apparmor -d 'confine it with an AppArmor profile' -x
complete -c jail -n '__jail_at exec' -l process-label -d 'give it an SELinux label' -x
complete -c jail -n '__jail_at exec' -l cgroup -d 'place it in a cgroup below the jail\'s' -x
complete -c jail -n '__jail_at exec' -l ignore-paused -d 'even if the jail is paused'
complete -c jail -n '__jail_at exec' -l pid-file -d 'write its pid to FILE' -r -F
complete -c jail -n '__jail_at exec' -l console-socket -d 'send the terminal\'s descriptor to the socket PATH' -r -F
complete -c jail -n '__jail_at exec' -l pidfd-socket -d 'send a pidfd of the process to the socket PATH' -r -F
complete -c jail -n '__jail_at exec' -l preserve-fds -d 'pass descriptors 3 to 2+N to the program' -x
complete -c jail -n '__jail_at exec' -l help -s h -d 'print help'
complete -c jail -n '__jail_at exec first' -a '(__jail_ids)'
complete -c jail -n '__jail_at exec more' -F
complete -c jail -n '__jail_at -' -a console -d 'attach to the terminal of a jail'
complete -c jail -n '__jail_at console' -l help -s h -d 'print help'
complete -c jail -n '__jail_at console first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a stop -d 'ask programs to end, and kill those that do not'
complete -c jail -n '__jail_at stop' -l timeout -s t -d 'kill what still runs then (default 30; 0: at once)' -x
complete -c jail -n '__jail_at stop' -l signal -s s -d 'ask by this signal' -x -a "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH"
complete -c jail -n '__jail_at stop' -l help -s h -d 'print help'
complete -c jail -n '__jail_at stop first' -a '(__jail_ids)'
complete -c jail -n '__jail_at stop more' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a kill -d 'send a signal to a jail\'s first process'
complete -c jail -n '__jail_at kill' -l all -s a -d 'to every process of the jail, not only its first'
complete -c jail -n '__jail_at kill' -l regex -d 'ID is an extended regular expression for whole ids'
complete -c jail -n '__jail_at kill' -l help -s h -d 'print help'
complete -c jail -n '__jail_at kill first' -a '(__jail_ids)'
complete -c jail -n '__jail_at kill more' -a "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH"
complete -c jail -n '__jail_at -' -a pause -d 'freeze all processes of a jail'
complete -c jail -n '__jail_at pause' -l help -s h -d 'print help'
complete -c jail -n '__jail_at pause first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a resume -d 'let a paused jail go on'
complete -c jail -n '__jail_at resume' -l help -s h -d 'print help'
complete -c jail -n '__jail_at resume first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a update -d 'change the limits of a jail'
complete -c jail -n '__jail_at update' -l resources -s r -d 'an OCI linux.resources object; "-": from standard input' -r -F
complete -c jail -n '__jail_at update' -l from-spec -d 'exactly the limits of a spec: those that it does not have are lifted' -r -F
complete -c jail -n '__jail_at update' -l memory -s m -d 'memory limit' -x
complete -c jail -n '__jail_at update' -l memory-reservation -d 'memory that is kept from reclaim' -x
complete -c jail -n '__jail_at update' -l memory-swap -d 'limit of memory and swap together' -x
complete -c jail -n '__jail_at update' -l cpus -d 'processors\' worth of time: 1.5' -x
complete -c jail -n '__jail_at update' -l cpu-share -d 'cpu shares, 2 to 262144; 1024 is usual' -x
complete -c jail -n '__jail_at update' -l cpu-quota -d 'cpu time in each period' -x
complete -c jail -n '__jail_at update' -l cpu-period -d 'length of a period' -x
complete -c jail -n '__jail_at update' -l cpu-burst -d 'unused quota that may be saved up' -x
complete -c jail -n '__jail_at update' -l cpu-idle -d 'run only when nobody else wants to' -x
complete -c jail -n '__jail_at update' -l cpuset-cpus -d 'processors: 0-3,7' -x
complete -c jail -n '__jail_at update' -l cpuset-mems -d 'memory nodes' -x
complete -c jail -n '__jail_at update' -l pids-limit -d 'number of processes and threads' -x
complete -c jail -n '__jail_at update' -l blkio-weight -d 'share of I/O, 10 to 1000' -x
complete -c jail -n '__jail_at update' -l help -s h -d 'print help'
complete -c jail -n '__jail_at update first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a wait -d 'wait until a jail has stopped'
complete -c jail -n '__jail_at wait' -l help -s h -d 'print help'
complete -c jail -n '__jail_at wait first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a publish -d 'open the published ports of a jail that were held until it is ready'
complete -c jail -n '__jail_at publish' -l help -s h -d 'print help'
complete -c jail -n '__jail_at publish first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a appliance -d 'build, run, back up, restore and update turn-key systems'
complete -c jail -n '__jail_at appliance' -l help -s h -d 'print help'
complete -c jail -n '__jail_at appliance first' -a "list build run start stop status backup restore update remove"
complete -c jail -n '__jail_at appliance more' -F -a '(__jail_tool appliance)'
complete -c jail -n '__jail_at -' -a list -d 'list all jails'
complete -c jail -n '__jail_at list' -l quiet -s q -d 'print only the ids'
complete -c jail -n '__jail_at list' -l format -s f -d 'table (default) or json' -x -a "table json"
complete -c jail -n '__jail_at list' -l help -s h -d 'print help'
complete -c jail -n '__jail_at -' -a ps -d 'list the processes of a jail'
complete -c jail -n '__jail_at ps' -l format -s f -d 'table (default) or json, an array of pids' -x -a "table json"
complete -c jail -n '__jail_at ps' -l help -s h -d 'print help'
complete -c jail -n '__jail_at ps first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a stats -d 'show what jails use, and which limits they hit'
complete -c jail -n '__jail_at stats' -l all -s a -d 'also jails that do not run'
complete -c jail -n '__jail_at stats' -l format -s f -d 'table (default), json or openmetrics' -x -a "table json openmetrics"
complete -c jail -n '__jail_at stats' -l json -d 'the same as --format json'
complete -c jail -n '__jail_at stats' -l interval -d 'go on, every DURATION (default on a terminal: 2s)' -x
complete -c jail -n '__jail_at stats' -l no-stream -d 'print one table, on a terminal as well'
complete -c jail -n '__jail_at stats' -l help -s h -d 'print help'
complete -c jail -n '__jail_at stats first' -a '(__jail_ids)'
complete -c jail -n '__jail_at stats more' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a top -d 'watch running jails, sorted by what they use'
complete -c jail -n '__jail_at top' -l sort -s s -d 'the column to sort by (default cpu)' -x -a "id cpu memory share pids io net pressure limits"
complete -c jail -n '__jail_at top' -l reverse -s r -d 'smallest first'
complete -c jail -n '__jail_at top' -l interval -d 'refresh every DURATION (default 2s)' -x
complete -c jail -n '__jail_at top' -l no-stream -d 'print one table, on a terminal as well'
complete -c jail -n '__jail_at top' -l help -s h -d 'print help'
complete -c jail -n '__jail_at top first' -a '(__jail_ids)'
complete -c jail -n '__jail_at top more' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a logs -d 'print what a jail in the background has written'
complete -c jail -n '__jail_at logs' -l follow -s f -d 'go on until the jail has ended'
complete -c jail -n '__jail_at logs' -l help -s h -d 'print help'
complete -c jail -n '__jail_at logs first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a diff -d 'show what a jail has changed in a root made of layers'
complete -c jail -n '__jail_at diff' -l null -s z -d 'end each line with a NUL, and print names as they are'
complete -c jail -n '__jail_at diff' -l help -s h -d 'print help'
complete -c jail -n '__jail_at diff first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a commit -d 'make an image out of a jail'
complete -c jail -n '__jail_at commit' -l changes -d 'only what the jail has changed: a layer upon the images below it'
complete -c jail -n '__jail_at commit' -l help -s h -d 'print help'
complete -c jail -n '__jail_at commit first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a inspect -d 'print all that is known about a jail, as JSON'
complete -c jail -n '__jail_at inspect' -l help -s h -d 'print help'
complete -c jail -n '__jail_at inspect first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a plan -d 'print what run would do, step by step, without doing it'
complete -c jail -n '__jail_at plan' -l format -d 'text (default) or json' -x -a "text json"
complete -c jail -n '__jail_at plan' -l bundle -s b -d 'the bundle directory (default: the current one)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at plan' -l config -s f -d 'read FILE instead of the bundle\'s config.json' -r -F
complete -c jail -n '__jail_at plan' -l help -s h -d 'print help'
complete -c jail -n '__jail_at plan first' -F
complete -c jail -n '__jail_at -' -a net -d 'look at the networks of this machine and keep them in order'
complete -c jail -n '__jail_at net' -l format -s f -d 'ls: table (default) or json' -x -a "table json"
complete -c jail -n '__jail_at net' -l help -s h -d 'print help'
complete -c jail -n '__jail_at net first' -a "ls inspect reload gc doctor"
complete -c jail -n '__jail_at -' -a features -d 'print the OCI features document of this build'
complete -c jail -n '__jail_at features' -l help -s h -d 'print help'
complete -c jail -n '__jail_at -' -a spec -d 'write a spec to start from, or expand a short one'
complete -c jail -n '__jail_at spec' -l bundle -s b -d 'write it into DIR (default: the current directory)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at spec' -l short -d 'write the short form, spec.json'
complete -c jail -n '__jail_at spec' -l expand -d 'print the OCI configuration that FILE stands for' -r -F
complete -c jail -n '__jail_at spec' -l help -s h -d 'print help'
complete -c jail -n '__jail_at -' -a create -d 'make a jail whose program does not run yet'
complete -c jail -n '__jail_at create' -l bundle -s b -d 'the bundle directory (default: the current one)' -x -a '(__fish_complete_directories)'
complete -c jail -n '__jail_at create' -l config -s f -d 'read FILE instead of the bundle\'s config.json' -r -F
complete -c jail -n '__jail_at create' -l pid-file -d 'write the pid of the first process to FILE' -r -F
complete -c jail -n '__jail_at create' -l console-socket -d 'send the terminal\'s descriptor to the socket PATH' -r -F
complete -c jail -n '__jail_at create' -l pidfd-socket -d 'send a pidfd of the first process to the socket PATH' -r -F
complete -c jail -n '__jail_at create' -l log-output -d 'output to file:PATH, journal, none, or inherit ours' -x -a "file: journal none inherit"
complete -c jail -n '__jail_at create' -l preserve-fds -d 'pass descriptors 3 to 2+N to the program' -x
complete -c jail -n '__jail_at create' -l no-pivot -d 'do not use pivot_root (the root is an initramfs)'
complete -c jail -n '__jail_at create' -l no-new-keyring -d 'keep the caller\'s session keyring'
complete -c jail -n '__jail_at create' -l no-subreaper -d 'accepted for engines: jail never makes itself a subreaper'
complete -c jail -n '__jail_at create' -l help -s h -d 'print help'
complete -c jail -n '__jail_at create first' -F
complete -c jail -n '__jail_at -' -a start -d 'run the program of a created jail'
complete -c jail -n '__jail_at start' -l help -s h -d 'print help'
complete -c jail -n '__jail_at start first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a state -d 'print the OCI state document of a jail'
complete -c jail -n '__jail_at state' -l help -s h -d 'print help'
complete -c jail -n '__jail_at state first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a events -d 'print what happens to a jail as JSON lines, until it stops'
complete -c jail -n '__jail_at events' -l stats -d 'print the statistics once, and exit'
complete -c jail -n '__jail_at events' -l interval -d 'print them every DURATION (default 5s); 0: not at all' -x
complete -c jail -n '__jail_at events' -l help -s h -d 'print help'
complete -c jail -n '__jail_at events first' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a delete -d 'remove stopped jails and all that was made for them'
complete -c jail -n '__jail_at delete' -l force -s f -d 'kill it first; do not mind if it does not exist'
complete -c jail -n '__jail_at delete' -l regex -d 'ID is an extended regular expression for whole ids'
complete -c jail -n '__jail_at delete' -l help -s h -d 'print help'
complete -c jail -n '__jail_at delete first' -a '(__jail_ids)'
complete -c jail -n '__jail_at delete more' -a '(__jail_ids)'
complete -c jail -n '__jail_at -' -a gc -d 'remove what killed runtimes left behind'
complete -c jail -n '__jail_at gc' -l stopped -d 'remove all stopped jails, too'
complete -c jail -n '__jail_at gc' -l help -s h -d 'print help'
complete -c jail -n '__jail_at -' -a help -d 'explain jail, or one verb'
complete -c jail -n '__jail_at help' -l help -s h -d 'print help'
complete -c jail -n '__jail_at help first' -a "run exec console stop kill pause resume update wait publish appliance list ps stats top logs diff commit inspect plan net features spec create start state events delete gc help completion"
complete -c jail -n '__jail_at -' -a completion -d 'print a shell\'s completion script'
complete -c jail -n '__jail_at completion' -l help -s h -d 'print help'
complete -c jail -n '__jail_at completion first' -a "bash zsh fish"
