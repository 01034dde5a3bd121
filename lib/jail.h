/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * DOC: jail.h - the public interface of libjail
 *
 * A daemon links libjail and makes, runs, inspects and removes jails with it; the jail command is
 * written against this header alone.
 *
 * Ownership: every jail_..._new/_load/_open/_create hands out an object that the caller frees with
 * the matching _free, which accepts NULL.  Strings returned through "char **" are malloc'd.
 * Errors: functions return 0 (or a count) on success and a negative errno on failure; then *err, if
 * err is not NULL, is a new error object.  On success *err is not touched.
 * Options: every option struct starts with its size; set it with JAIL_INIT and leave what you do not
 * need zero.  A library newer than its caller reads only as much as the caller knew.
 * Threads: any number of threads may use one jail_runtime at once.  One jail or jail_process object
 * is used by one thread at a time; two objects of the same id may be used by two threads.
 * What the library never does: print, exit, wait for a child that is not its own, change the
 * caller's umask, signal handlers, directory, environment, limits or subreaper state, or keep global
 * state.  While a child is being cloned, signals are blocked in the calling thread.
 * Children: the first process of a jail that this process created is its child; reap it with
 * jail_wait() or waitid(P_PIDFD).  Hooks and helpers are reaped by the library.
 * File descriptors are close-on-exec from birth.
 */
#ifndef JAIL_H
#define JAIL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define JAIL_API __attribute__((visibility("default")))
#else
#define JAIL_API
#endif

#define JAIL_INIT(type) ((type){ .size = sizeof(type) })

struct jail_error;
struct jail_runtime;
struct jail_spec;
struct jail;
struct jail_process;

/* ---- version ---- */

/** jail_version() - "0.1.0"; static. */
JAIL_API const char *jail_version(void);

/* ---- errors ---- */

/** jail_error_code() - the negative errno. */
JAIL_API int jail_error_code(const struct jail_error *err);
/** jail_error_message() - one line without newline: "spec.json: mounts[3]: …"; lives as long as @err. */
JAIL_API const char *jail_error_message(const struct jail_error *err);
/** jail_error_place() - the place in the spec ("mounts[3].source"), "" when there is none. */
JAIL_API const char *jail_error_place(const struct jail_error *err);
/** jail_error_step() - the plan step that failed ("attach"), "" when there is none. */
JAIL_API const char *jail_error_step(const struct jail_error *err);
JAIL_API void jail_error_free(struct jail_error *err);

/* ---- the runtime: where state lives, how cgroups are made, who hears warnings ---- */

enum jail_log_level { JAIL_LOG_ERROR, JAIL_LOG_WARNING, JAIL_LOG_INFO, JAIL_LOG_DEBUG };

enum jail_cgroup_manager {
	JAIL_CGROUP_FS,          /* make the cgroup in the cgroup2 file system */
	JAIL_CGROUP_SYSTEMD,     /* ask systemd for a scope, by the program jail-scope */
	JAIL_CGROUP_DISABLED,    /* no cgroup: no freezing, no device rules */
	JAIL_CGROUP_AUTO,        /* as root: JAIL_CGROUP_FS.  Else the user's systemd where it can be
				  * reached; else below the caller's own cgroup where that is the user's;
				  * else none, and a spec with limits is refused */
};

struct jail_runtime_options {
	size_t size;
	const char *root;        /* NULL: /run/jail, or $XDG_RUNTIME_DIR/jail when not root */
	enum jail_cgroup_manager cgroup_manager;
	/* Called from the thread that called in; @message has no newline. NULL: warnings are lost. */
	void (*log)(void *userdata, enum jail_log_level level, const char *message);
	void *log_userdata;
	const char *helpers;     /* directory of jail-scope; NULL: where it was installed */
	/* Where images and upper layers are; NULL: $JAIL_DATA_DIR, or /var/lib/jail, or when not root
	 * $XDG_DATA_HOME/jail, or ~/.local/share/jail, or without a HOME in /tmp/jail-UID */
	const char *data;
};

/** jail_runtime_new() - @options may be NULL. Touches nothing on disk. */
JAIL_API int jail_runtime_new(const struct jail_runtime_options *options,
			      struct jail_runtime **ret, struct jail_error **err);
JAIL_API void jail_runtime_free(struct jail_runtime *rt);
/** jail_runtime_root() - the state directory in use. */
JAIL_API const char *jail_runtime_root(const struct jail_runtime *rt);
/** jail_runtime_data() - the data directory in use. */
JAIL_API const char *jail_runtime_data(const struct jail_runtime *rt);

/* ---- specs ---- */

/**
 * jail_spec_load() - read and check a spec
 * @path: a spec file, or a directory (a bundle) that holds config.json; ".json" may be left out
 * Relative paths in the spec start from the file's directory.  At most 16 MiB.
 */
JAIL_API int jail_spec_load(const char *path, struct jail_spec **ret, struct jail_error **err);

/** jail_spec_load_bundle() - the same with the OCI pair of bundle and configuration file.
 * @config: NULL for BUNDLE/config.json */
JAIL_API int jail_spec_load_bundle(const char *bundle, const char *config,
				   struct jail_spec **ret, struct jail_error **err);

struct jail_spec_source {
	size_t size;
	const char *path;        /* as for jail_spec_load()… */
	const char *bundle;      /* …or a bundle… */
	const char *config;      /* …and its configuration file, NULL: config.json… */
	const char *text;        /* …or text, with @bundle */
	const char *name;        /* text: what messages call it */
	const char *overlay;     /* a JSON object that is laid over the document: objects merge, all
				  * else replaces what is there; NULL: none */
};

/** jail_spec_read() - read and check a spec, with changes to it */
JAIL_API int jail_spec_read(const struct jail_spec_source *source, struct jail_spec **ret,
			    struct jail_error **err);

/** jail_spec_parse() - check a spec held in memory; @name is what messages call it. */
JAIL_API int jail_spec_parse(const char *text, size_t len, const char *name, const char *bundle,
			     struct jail_spec **ret, struct jail_error **err);
JAIL_API void jail_spec_free(struct jail_spec *spec);

/** jail_spec_bundle() - the absolute bundle directory. */
JAIL_API const char *jail_spec_bundle(const struct jail_spec *spec);
/** jail_spec_hostname() - the hostname asked for, or NULL. */
JAIL_API const char *jail_spec_hostname(const struct jail_spec *spec);
/** jail_spec_terminal() - whether process.terminal is true. */
JAIL_API bool jail_spec_terminal(const struct jail_spec *spec);
/** jail_spec_system() - whether an operating system is to run in it (jail.system). */
JAIL_API bool jail_spec_system(const struct jail_spec *spec);
/** jail_spec_notify() - whether the program says itself when it is ready (jail.notify). */
JAIL_API bool jail_spec_notify(const struct jail_spec *spec);
/** jail_spec_publish_when_ready() - are its ports held until jail_publish()? */
JAIL_API bool jail_spec_publish_when_ready(const struct jail_spec *spec);
/** jail_spec_set_terminal() - override process.terminal. */
JAIL_API void jail_spec_set_terminal(struct jail_spec *spec, bool terminal);

/** jail_spec_expand() - the OCI configuration that a spec file stands for, as indented JSON. */
JAIL_API int jail_spec_expand(const char *path, char **ret, struct jail_error **err);
/** jail_spec_template() - a starting point for a new spec, OCI form or short form. */
JAIL_API int jail_spec_template(bool oci, char **ret, struct jail_error **err);
/** jail_spec_rootfs() - a short spec's text for a directory and a command line (run --rootfs DIR -- CMD). */
JAIL_API int jail_spec_rootfs(const char *rootfs, const char *const *argv, bool terminal,
			      char **ret, struct jail_error **err);

/** jail_plan() - every step that creating a jail from @spec would take, in order. Needs no privileges.
 * @json: JSON instead of text */
JAIL_API int jail_plan(struct jail_runtime *rt, const struct jail_spec *spec, const char *id, bool json,
		       char **ret, struct jail_error **err);

/* ---- creating and running ---- */

enum jail_create_flags {
	JAIL_CREATE_NO_PIVOT       = 1 << 0, /* move the root over / and chroot, for initramfs hosts */
	JAIL_CREATE_NO_NEW_KEYRING = 1 << 1,
	JAIL_CREATE_NO_SUBREAPER   = 1 << 2, /* accepted for engines; the library never sets it */
};

struct jail_create_options {
	size_t size;
	uint32_t flags;                 /* enum jail_create_flags */
	/*
	 * Standard streams of the program when it has no terminal: descriptors that the library
	 * duplicates and does not close.  use_stdio false: the caller's own 0, 1, 2.
	 */
	bool use_stdio;
	int stdio[3];
	const char *console_socket;     /* terminal: send the pty's master here (SCM_RIGHTS)… */
	bool want_console;              /* …or keep it for jail_console_fd() */
	const char *pid_file;           /* written before the call returns; NULL: none */
	const char *pidfd_socket;       /* send a pidfd of the first process here; NULL: none */
	uint32_t preserve_fds;          /* pass descriptors 3 … 3+n-1 to the program */
	const char *log_note;           /* where the output goes, remembered for `jail logs`:
					 * "file:/path" or "journal:IDENTIFIER"; NULL: nowhere */
	const char *cgroup_parent;      /* a cgroup that the caller was given: the jail's is made in it */
	const char *const *env;         /* "K=V", added to the spec's or in place of it; NULL: none */
	const char *const *pid_env;     /* names of variables that are set to the program's pid as it
					 * sees it itself, four at most; NULL: none */
	const char *notify_socket;      /* a socket that the program finds at /run/host/notify… */
	bool want_notify;               /* …or one of its own there, read from jail_notify_fd() */
};

/**
 * jail_create() - make a jail, its program not yet running (OCI create)
 * @id: 1 to 255 bytes of letters, digits and _ + - . not starting with a dot
 * On failure nothing is left on the machine.
 */
JAIL_API int jail_create(struct jail_runtime *rt, const char *id, const struct jail_spec *spec,
			 const struct jail_create_options *options, struct jail **ret,
			 struct jail_error **err);

/**
 * jail_run() - create and start in one go; faster than the two calls
 * Returns once the program has been executed.
 */
JAIL_API int jail_run(struct jail_runtime *rt, const char *id, const struct jail_spec *spec,
		      const struct jail_create_options *options, struct jail **ret,
		      struct jail_error **err);

/** jail_open() - an existing jail, created by whichever process. -ENOENT: "… does not exist" */
JAIL_API int jail_open(struct jail_runtime *rt, const char *id, struct jail **ret,
		       struct jail_error **err);
/** jail_free() - forget the object; the jail itself goes on. */
JAIL_API void jail_free(struct jail *jail);

/** jail_start() - let a created jail run its program; returns once it has been executed.
 * When it cannot be, the jail is stopped.  Return codes -ENOENT / -EACCES: program not found /
 * not executable. */
JAIL_API int jail_start(struct jail *jail, struct jail_error **err);

/** jail_console_fd() - the pty master kept by want_console; the caller owns it. -1: none (any more) */
JAIL_API int jail_console_fd(struct jail *jail);

/** jail_notify_fd() - the socket kept by want_notify; the caller owns it. -1: none (any more) */
JAIL_API int jail_notify_fd(struct jail *jail);

/* ---- looking ---- */

enum jail_status { JAIL_CREATING, JAIL_CREATED, JAIL_RUNNING, JAIL_PAUSED, JAIL_STOPPED };

/** jail_status_name() - "creating", "created", "running", "paused", "stopped"; static */
JAIL_API const char *jail_status_name(enum jail_status status);
JAIL_API const char *jail_id(const struct jail *jail);
/** jail_get_status() - asks the kernel now. */
JAIL_API int jail_get_status(struct jail *jail, enum jail_status *ret, struct jail_error **err);
/** jail_pid() - pid of the first process in the caller's pid namespace, 0 when stopped. */
JAIL_API pid_t jail_pid(const struct jail *jail);
/** jail_pidfd() - a pidfd of the first process for poll(2), owned by @jail; -1 when stopped. */
JAIL_API int jail_pidfd(const struct jail *jail);
JAIL_API const char *jail_bundle(const struct jail *jail);
JAIL_API const char *jail_rootfs(const struct jail *jail);
/** jail_created() - RFC 3339, UTC */
JAIL_API const char *jail_created(const struct jail *jail);
/** jail_owner_uid() - who created it */
JAIL_API uid_t jail_owner_uid(const struct jail *jail);
/** jail_log_note() - log_note of jail_create_options, or NULL */
JAIL_API const char *jail_log_note(const struct jail *jail);
/** jail_stop_signal() - the signal that asks its program to end: the spec's, or that of the init it is */
JAIL_API int jail_stop_signal(const struct jail *jail);

/* What an operating system inside meant by ending. */
enum jail_ending { JAIL_ENDING_OTHER, JAIL_ENDING_REBOOT, JAIL_ENDING_HALT };

/** jail_ending() - whether reboot(2) ended it; @status: as jail_wait() gave it */
JAIL_API enum jail_ending jail_ending(const struct jail *jail, int status);
/** jail_state_json() - the OCI state document, indented, with a newline. */
JAIL_API int jail_state_json(struct jail *jail, char **ret, struct jail_error **err);
/** jail_inspect_json() - all that is known: state, namespaces, cgroup, processes, plan steps. */
JAIL_API int jail_inspect_json(struct jail *jail, char **ret, struct jail_error **err);
/** jail_list() - the ids under the runtime's root, sorted; *ret is one malloc'd block
 * (NULL-terminated array and strings). Returns their number. */
JAIL_API int jail_list(struct jail_runtime *rt, char ***ret, struct jail_error **err);
enum jail_change { JAIL_ADDED, JAIL_CHANGED, JAIL_DELETED };

/**
 * jail_diff() - what a running jail has changed in a root made of layers (jail.rootfs.lower)
 * @fn: called for each difference with its absolute path inside, which may hold any bytes but NUL: directories
 *      come before what is in them, names in order; what is mounted in the root is passed over.
 *      When it does not return 0, that ends it and is returned.
 */
JAIL_API int jail_diff(struct jail *jail, int (*fn)(void *userdata, enum jail_change change, const char *path),
		       void *userdata, struct jail_error **err);

/** jail_pids() - host pids of all processes in the jail's cgroup (without one: of the first process).
 * Returns their number. */
JAIL_API int jail_pids(struct jail *jail, pid_t **ret, struct jail_error **err);

/* ---- acting ---- */

enum jail_kill_flags { JAIL_KILL_ALL = 1 << 0 };   /* every process of the jail */

/** jail_kill() - send a signal; -ESRCH "container not running" when it is stopped; all of none is 0. */
JAIL_API int jail_kill(struct jail *jail, int signal, uint32_t flags, struct jail_error **err);
JAIL_API int jail_pause(struct jail *jail, struct jail_error **err);
JAIL_API int jail_resume(struct jail *jail, struct jail_error **err);

/**
 * jail_update() - change limits of a jail that is not stopped
 * @resources: an OCI linux.resources object (text of @len bytes); what it does not name stays as it is
 * @name: what messages call it
 * Effective at once.  When the kernel refuses one value all others stay as they were.  Device rules
 * cannot be changed; those that the jail has are accepted.
 */
JAIL_API int jail_update(struct jail *jail, const char *resources, size_t len, const char *name,
			 struct jail_error **err);

/** jail_update_spec() - the same for all limits of a spec: a limit that it does not name is lifted. */
JAIL_API int jail_update_spec(struct jail *jail, const struct jail_spec *spec,
			      struct jail_error **err);

enum jail_delete_flags { JAIL_DELETE_FORCE = 1 << 0 };   /* kill it first */

/** jail_delete() - remove a stopped (or created) jail and all that was made for it; then poststop. */
JAIL_API int jail_delete(struct jail *jail, uint32_t flags, struct jail_error **err);

/**
 * jail_wait() - wait for the first process to end
 * @ret_status: as waitpid(2) gives it; -1 when the kernel cannot tell (not our child and
 * Linux < 6.15)
 */
JAIL_API int jail_wait(struct jail *jail, int *ret_status, struct jail_error **err);

/* ---- more processes ---- */

struct jail_exec_options {
	size_t size;
	const char *process_json;       /* an OCI process object (text), or NULL: as the jail's own */
	size_t process_json_len;
	const char *process_name;       /* what messages call it */
	/* Overrides; NULL or unset: as the jail's own process */
	const char *const *argv;
	const char *const *env;         /* added, "K=V" */
	const char *cwd;
	const char *user;               /* "uid[:gid]", or names of the jail's own passwd and group */
	const uint32_t *additional_gids;
	size_t n_additional_gids;
	const char *const *caps;        /* added to bounding, permitted, effective, inheritable */
	int tty;                        /* 1: a terminal, 0: as process_json or none */
	bool no_new_privs;
	const char *apparmor;
	const char *process_label;      /* SELinux */
	const char *cgroup;             /* a sub-cgroup of the jail's */
	bool ignore_paused;
	uint16_t console_height, console_width;
	bool use_stdio;                 /* as in jail_create_options */
	int stdio[3];
	const char *console_socket;
	bool want_console;
	const char *pid_file, *pidfd_socket;
	uint32_t preserve_fds;
	bool console_newline;           /* the terminal ends lines with "\r\n" from the start: for a
					 * caller that relays it to one in raw mode */
};

/** jail_exec() - run one more program in a running (or created) jail; returns once it has been executed. */
JAIL_API int jail_exec(struct jail *jail, const struct jail_exec_options *options,
		       struct jail_process **ret, struct jail_error **err);
JAIL_API pid_t jail_process_pid(const struct jail_process *p);
JAIL_API int jail_process_pidfd(const struct jail_process *p);
/** jail_process_console_fd() - as jail_console_fd() */
JAIL_API int jail_process_console_fd(struct jail_process *p);
/** jail_process_wait() - *ret_status as waitpid(2) gives it */
JAIL_API int jail_process_wait(struct jail_process *p, int *ret_status, struct jail_error **err);
/** jail_process_free() - forget it; it goes on running, and stays a child of the caller. */
JAIL_API void jail_process_free(struct jail_process *p);

/* ---- accounting ---- */

/* What there is no limit to. */
#define JAIL_UNLIMITED UINT64_MAX

/* Parts of the statistics.  A part is there when the kernel offers it for this jail. */
enum jail_stats_part {
	JAIL_STATS_CPU      = 1 << 0,   /* time used */
	JAIL_STATS_QUOTA    = 1 << 1,   /* cpu controller: quota and throttling */
	JAIL_STATS_MEMORY   = 1 << 2,   /* memory controller */
	JAIL_STATS_SWAP     = 1 << 3,   /* …with swap accounting */
	JAIL_STATS_PIDS     = 1 << 4,   /* their number */
	JAIL_STATS_TASKS    = 1 << 5,   /* pids controller: threads are counted, and there is a limit */
	JAIL_STATS_IO       = 1 << 6,   /* io controller */
	JAIL_STATS_HUGETLB  = 1 << 7,
	JAIL_STATS_RDMA     = 1 << 8,
	JAIL_STATS_PRESSURE = 1 << 9,   /* at least one of the three files */
	JAIL_STATS_NETWORK  = 1 << 10,  /* a network namespace of its own, and a live process */
	JAIL_STATS_DETAIL   = 1 << 11,  /* memory.stat, peaks, and what else a table has no room for:
					 * marked * below */
	JAIL_STATS_TABLE    = (1 << 11) - 1,
	JAIL_STATS_ALL      = (1 << 12) - 1,
};

/* Stall information: percent of the time, and microseconds. */
struct jail_stall {
	double avg10, avg60, avg300;
	uint64_t total_us;
};

struct jail_pressure {
	struct jail_stall some, full;
};

/* How often, see memory.events in the kernel's cgroup-v2 document. */
struct jail_memory_events {
	uint64_t low, high, max, oom, oom_kill, oom_group_kill;
};

struct jail_stats_device {              /* of io.stat */
	uint32_t major, minor;
	uint64_t read_bytes, write_bytes, discard_bytes, reads, writes, discards;
};

struct jail_stats_hugetlb {
	const char *page_size;          /* "2MB" */
	uint64_t current, max, events;  /* *current, *max; events: how often the limit was in the way */
};

struct jail_stats_rdma {
	const char *device;
	uint64_t handles, objects;
};

struct jail_stats_interface {
	const char *name;               /* chosen inside: any bytes but '/', ':' and blanks */
	uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};

struct jail_stats_value {
	const char *name;
	uint64_t value;
};

struct jail_stats {
	size_t size;                    /* of what the library knows; it only grows at the end */
	uint32_t parts;                 /* enum jail_stats_part: which are there, all else is zero */
	enum jail_status status;
	pid_t pid;                      /* 0 when stopped */
	uint64_t time_ns;               /* of the reading, CLOCK_MONOTONIC */
	uint64_t uptime_ns;             /* age of the first process; 0 when stopped */
	struct {
		uint64_t usage_ns, user_ns, system_ns;
		uint64_t periods, throttled, throttled_ns, bursts, burst_ns;
		uint64_t quota_us, period_us;
		struct jail_pressure pressure;
	} cpu;
	struct {
		uint64_t current, max, high, low, peak;    /* *high, *low, *peak */
		uint64_t swap_current, swap_max, swap_peak;                 /* * */
		uint64_t swap_high_events, swap_max_events, swap_fail_events;
		struct jail_memory_events events, local;   /* *local: without the cgroups below */
		const struct jail_stats_value *detail;     /* * memory.stat, in its order */
		size_t n_detail;
		struct jail_pressure pressure;
	} memory;
	struct {
		uint64_t current, max, peak, max_events;   /* *peak */
	} pids;
	struct {
		const struct jail_stats_device *devices;
		size_t n_devices;
		struct jail_pressure pressure;
	} io;
	const struct jail_stats_hugetlb *hugetlb;
	size_t n_hugetlb;
	const struct jail_stats_rdma *rdma;
	size_t n_rdma;
	const struct jail_stats_interface *interfaces;
	size_t n_interfaces;
};

/**
 * jail_get_stats() - what a jail uses, may use, and how often it hit a limit
 * @parts: those wanted, enum jail_stats_part; each costs some reads of kernel files
 * @ret: one object with all that it points to; free it with jail_stats_free()
 *
 * Takes no lock.  A stopped jail that has not been deleted still has most counters.
 */
JAIL_API int jail_get_stats(struct jail *jail, uint32_t parts, struct jail_stats **ret,
			    struct jail_error **err);
JAIL_API void jail_stats_free(struct jail_stats *stats);

/** jail_stats_json() - in the shape that engines read from `events --stats` (its "data"), one line. */
JAIL_API int jail_stats_json(const struct jail_stats *stats, char **ret, struct jail_error **err);

/**
 * jail_oom_message() - did the kernel kill processes of the jail for want of memory?
 * @ret: "out of memory (memory.max 64 MiB, peak 64 MiB, 1 process killed)"
 *
 * Ask before jail_delete(), the counters go with the cgroup.
 *
 * Return: how many were killed; 0 (@ret not set) when none was or nobody can tell.
 */
JAIL_API int jail_oom_message(struct jail *jail, char **ret);

/* ---- events ---- */

enum jail_event_type {
	JAIL_EVENT_STATE,               /* status has become another one */
	JAIL_EVENT_OOM,                 /* @count more processes were killed for want of memory */
	JAIL_EVENT_LIMIT,               /* @limit was hit @count more times */
};

struct jail_event {
	size_t size;
	enum jail_event_type type;
	enum jail_status status;
	const char *limit;              /* "memory.max"; static */
	uint64_t count;
};

struct jail_watch;

/**
 * jail_watch_new() - be told of what happens to a jail
 * @jail: stays the caller's, and must outlive the watch
 *
 * The first event is the present state, the last one JAIL_STOPPED.
 */
JAIL_API int jail_watch_new(struct jail *jail, struct jail_watch **ret, struct jail_error **err);
/** jail_watch_fd() - poll(2) it for POLLIN, then call jail_watch_next() until it returns 0. */
JAIL_API int jail_watch_fd(const struct jail_watch *watch);
/** jail_watch_next() - does not wait. Return: 1: *ret is filled; 0: nothing new. */
JAIL_API int jail_watch_next(struct jail_watch *watch, struct jail_event *ret,
			     struct jail_error **err);
JAIL_API void jail_watch_free(struct jail_watch *watch);

/**
 * jail_publish() - open the published ports of a jail that were held until it is ready (jail.network.publishWhen)
 * Return: how many published ports it has, or a negative errno
 */
JAIL_API int jail_publish(struct jail *jail, struct jail_error **err);

/* ---- networks: they are the machine's, whatever state directory the jails are in ---- */

/** jail_network_json() - all networks that are defined, with the jails in them: a JSON array
 * @name: only this one, as an object; NULL: all */
JAIL_API int jail_network_json(const char *name, char **ret, struct jail_error **err);

/** jail_network_reload() - make bridges, links and the firewall table as they should be, the latter in
 * one transaction: after somebody else has changed them. */
JAIL_API int jail_network_reload(struct jail_runtime *rt, struct jail_error **err);

/** jail_network_gc() - remove bridges, addresses and rules that belong to no jail
 * @report: called for each thing removed; NULL: nobody. Returns their number. */
JAIL_API int jail_network_gc(struct jail_runtime *rt,
			     void (*report)(void *userdata, const char *what), void *userdata,
			     struct jail_error **err);

/** jail_network_check() - look for what keeps networks from working
 * @report: called with "ok: …" and "problem: …". Returns the number of problems. */
JAIL_API int jail_network_check(void (*report)(void *userdata, const char *what), void *userdata,
				struct jail_error **err);

/* ---- the machine ---- */

/** jail_features_json() - the OCI features document */
JAIL_API int jail_features_json(char **ret, struct jail_error **err);

/**
 * jail_gc() - remove what killed runtimes left: half-made jails, and with @stopped all stopped jails
 * @report: called for each thing removed ("jail web: cgroup /jail/web"); NULL: nobody
 * Returns how many jails were removed.
 */
JAIL_API int jail_gc(struct jail_runtime *rt, bool stopped,
		     void (*report)(void *userdata, const char *what), void *userdata,
		     struct jail_error **err);

/** jail_signal_number() - "KILL", "SIGKILL", "9", "RTMIN+3"; -EINVAL when there is none */
JAIL_API int jail_signal_number(const char *name);

/** jail_words() - NULL-terminated tables for completion: "namespaces", "mount-options",
 * "capabilities", "seccomp-actions"; NULL for another @table */
JAIL_API const char *const *jail_words(const char *table);

#ifdef __cplusplus
}
#endif
#endif
