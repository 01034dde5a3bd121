# SPDX-License-Identifier: LGPL-2.1-or-later
#
# appliance.jq - what an appliance's manifest means; a library for jq -L

# Its volumes: key is the name, value the path
def volumes:
	{state: "/var/lib/jail-appliance"} + (.volumes // {}) | to_entries;

# limits: of the resources that somebody can be held to, by the names of their controllers
def limits:
	[{key: ("memory", "pids"), manifest: .} | select(.manifest[.key]) | {key, value: .manifest[.key]}];

# What jail run takes.  $about is instance.json, $dir where that lies, $lower the image, $have the controllers here.
# All paths are absolute: it is also read by way of /etc/jail.
def spec($about; $dir; $lower; $have): {
	hostname: $about.name,
	process: {args: ["/sbin/init"]},
	mounts: ((volumes | map({
		destination: .value, type: "bind", source: "\($dir)/volumes/\(.key)",
		options: ["rbind", "idmap", "nosuid", "nodev"]
	})) + [{
		destination: "/run/secrets", type: "bind", source: "\($dir)/secrets",
		options: ["rbind", "ro", "idmap", "nosuid", "nodev", "noexec"]
	}]),
	linux: {
		resources: (limits | map(select(.key | IN($have[])) | .value = {limit: .value}) | from_entries)
	},
	jail: {
		notify: true,
		rootfs: {lower: [$lower], upper: "disk"},
		network: ({publish: $about.ports} + if $about.ports == [] then {} else {publishWhen: "ready"} end)
	}
};
