# SPDX-License-Identifier: LGPL-2.1-or-later
# import.jq - what comes in of the spec of an imported image: its program, annotations, and tmpfs

def only(f): [f] | first // null;
def words: if type == "array" then map(strings) else null end;
def kept: with_entries(select(.value != null));
def obeyed: test("^(org\\.systemd\\.|run\\.oci\\.|io\\.kubernetes\\.|io\\.podman\\.|jail\\.)");

(.process | objects) as $p
| {
	jail: (only(.jail | objects | .stopSignal | strings) | if . == null then null else {stopSignal: .} end),
	process: ({
		args: ($p.args | words), env: ($p.env | words), cwd: only($p.cwd | strings),
		user: (only($p.user | objects) | if . == null then null else {
			uid: only(.uid | numbers), gid: only(.gid | numbers),
			additionalGids: only(.additionalGids | arrays | map(numbers))} | kept end)
	} | kept),
	linux: (only(.linux | objects | .personality | objects | .domain | strings) |
		if . == "LINUX32" then {personality: {domain: .}} else null end),
	annotations: (only(.annotations | objects) | if . == null then null else
		with_entries(select((.value | type) == "string" and (.key | obeyed | not))) end),
	mounts: (only(.mounts | arrays) | if . == null then null else
		[.[] | objects | select(.type == "tmpfs" and (.destination | type) == "string") |
		{destination, type, source: "tmpfs", options: (["nosuid", "nodev", "tmpcopyup"] +
			[.options | arrays[] | strings | select(test("^(uid|gid|mode)=[0-9]+$"))])}] end)
} | kept
