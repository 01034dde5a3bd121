# SPDX-License-Identifier: LGPL-2.1-or-later
# oci.jq - from the config of an OCI image to a short spec; $who comes from in_image.py
#
# As the image specification's conversion.md tells.  Left out are labels that would tell the runtime what to do
# (the image's maker is not the administrator), and volumes on what a jail mounts itself.

def strings: if type == "array" then map(select(type == "string")) else [] end;
def object: if type == "object" then . else {} end;
def text: if type == "string" then . else "" end;

. as $image
| (.config | object) as $c
| ($c.Env | strings | map(select(test("^[^=]+=")))) as $env
| (($c.Entrypoint | strings) + ($c.Cmd | strings)) as $args
| ($c.ExposedPorts | object | keys) as $ports
| ($c.StopSignal | text) as $signal
| ($c.Volumes | object | keys | map(select(startswith("/") and (test("^/+$|(^|/)\\.\\.(/|$)|^/+(proc|sys|dev)(/|$)") | not)))) as $volumes
| {
	process: {
		args: (if $args == [] then ["/bin/sh"] else $args end),
		cwd: ($c.WorkingDir | text | if startswith("/") then . else "/" + . end),
		env: ($env + if any($env[]; startswith("HOME=")) then [] else ["HOME=" + $who[0].home] end),
		user: $who[0].user
	},
	annotations: ([
		{key: "org.opencontainers.image.os", value: ($image.os | text)},
		{key: "org.opencontainers.image.architecture", value: ($image.architecture | text)},
		{key: "org.opencontainers.image.variant", value: ($image.variant | text)},
		{key: "org.opencontainers.image.author", value: ($image.author | text)},
		{key: "org.opencontainers.image.created", value: ($image.created | text)},
		{key: "org.opencontainers.image.stopSignal", value: $signal},
		{key: "org.opencontainers.image.exposedPorts", value: ($ports | join(","))}
		| select(.value != "")
	] + ($c.Labels | object | to_entries | map(select((.value | type) == "string" and .key != "" and
		(.key | test("^(org\\.systemd\\.|run\\.oci\\.|io\\.kubernetes\\.|io\\.podman\\.|jail\\.)") | not)))) | from_entries)
}
| if $signal | test("^(SIG)?[A-Z]+[0-9]?([+-][0-9]+)?$|^[0-9]+$") then .jail.stopSignal = $signal else . end
| if $volumes == [] then . else .mounts = [$volumes[] |
	{destination: ., type: "tmpfs", source: "tmpfs", options: (["nosuid", "nodev", "tmpcopyup"] + $who[0].volumes[.])}] end
