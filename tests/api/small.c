/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * small.c - what jail.h promises, one promise a test
 *
 * API_TRUE, API_PAUSE, API_BROKEN, API_HOOK name bundles: of a program that succeeds, that stays,
 * that does not exist, and one with a poststop hook that fails.
 */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail.h"

static struct jail_runtime *rt;
static char last_log[512];
static int logs;

static void on_log(void *userdata, enum jail_log_level level, const char *message)
{
	CHECK(userdata == &logs);
	CHECK_INT(level, JAIL_LOG_WARNING);
	CHECK(!strchr(message, '\n'));
	snprintf(last_log, sizeof(last_log), "%s", message);
	logs++;
}

static void need_runtime(void)
{
	struct jail_runtime_options o = JAIL_INIT(struct jail_runtime_options);

	o.log = on_log;
	o.log_userdata = &logs;
	if (!rt && jail_runtime_new(&o, &rt, NULL) < 0)
		abort();
}

static struct jail_spec *load(const char *name)
{
	struct jail_spec *spec = NULL;
	struct jail_error *err = NULL;

	need_runtime();
	if (jail_spec_load(getenv(name), &spec, &err) < 0) {
		printf("# %s: %s\n", name, jail_error_message(err));
		abort();
	}
	return spec;
}

static struct jail *run(const char *bundle, const char *id)
{
	struct jail_spec *spec = load(bundle);
	struct jail_error *err = NULL;
	struct jail *jail = NULL;

	if (jail_run(rt, id, spec, NULL, &jail, &err) < 0) {
		printf("# %s: %s\n", bundle, jail_error_message(err));
		abort();
	}
	jail_spec_free(spec);
	return jail;
}

static void delete(struct jail *jail)
{
	CHECK_INT(jail_delete(jail, JAIL_DELETE_FORCE, NULL), 0);
	jail_free(jail);
}

/* ---- options ---- */

TEST(options_of_an_older_caller)
{
	/* It knew size and root; what lies behind is not read. */
	struct { size_t size; const char *root; char other[64]; } o = { 16, "/run/old", { 0 } };
	struct jail_runtime *r = NULL;

	memset(o.other, 0x55, sizeof(o.other));
	CHECK_INT(jail_runtime_new((void *)&o, &r, NULL), 0);
	CHECK_STR(jail_runtime_root(r), "/run/old");
	jail_runtime_free(r);
}

TEST(options_of_a_newer_caller)
{
	struct { struct jail_runtime_options o; char more[32]; } o = { .o = { .size = sizeof(o) } };
	struct jail_error *err = NULL;
	struct jail_runtime *r = NULL;

	CHECK_INT(jail_runtime_new(&o.o, &r, &err), 0);
	CHECK(!err);
	jail_runtime_free(r);
	r = NULL;
	o.more[31] = 1;
	CHECK_INT(jail_runtime_new(&o.o, &r, &err), -ENOTSUP);
	CHECK(!r);
	CHECK_STR(jail_error_message(err), "an option is newer than this library");
	jail_error_free(err);
}

TEST(options_without_a_size)
{
	struct jail_runtime_options o = { 0 };
	struct jail_runtime *r = NULL;

	CHECK_INT(jail_runtime_new(&o, &r, NULL), -EINVAL);
	CHECK(!r);
	CHECK_INT(jail_runtime_new(NULL, &r, NULL), 0);
	CHECK_STR(jail_runtime_root(r), "/run/jail");
	jail_runtime_free(r);
}

/* ---- errors ---- */

TEST(errors_may_be_ignored)
{
	struct jail_spec *spec = NULL;
	struct jail *jail = NULL;

	need_runtime();
	CHECK_INT(jail_open(rt, "nobody", &jail, NULL), -ENOENT);
	CHECK_INT(jail_open(rt, "../x", &jail, NULL), -EINVAL);
	CHECK_INT(jail_spec_load("/nowhere/x.json", &spec, NULL), -ENOENT);
	CHECK_INT(jail_spec_parse("{", 1, "x", "/", &spec, NULL), -EINVAL);
	CHECK(!jail && !spec);
	jail_error_free(NULL);
	jail_free(NULL);
	jail_spec_free(NULL);
	jail_runtime_free(NULL);
	jail_process_free(NULL);
	CHECK_INT(jail_error_code(NULL), 0);
}

TEST(error_names_the_place)
{
	static const char text[] = "{\"root\":{\"path\":5}}";
	struct jail_error *err = NULL;
	struct jail_spec *spec = NULL;

	CHECK_INT(jail_spec_parse(text, strlen(text), "web.json", "/", &spec, &err), -EINVAL);
	CHECK_INT(jail_error_code(err), -EINVAL);
	CHECK_STR(jail_error_place(err), "root.path");
	CHECK_STR(jail_error_step(err), "");
	CHECK(strstr(jail_error_message(err), "web.json: root.path: ") == jail_error_message(err));
	jail_error_free(err);
}

TEST(error_names_the_step)
{
	struct jail_spec *spec = load("API_BROKEN");
	struct jail_error *err = NULL;
	struct jail *jail = NULL;

	CHECK_INT(jail_run(rt, "broken", spec, NULL, &jail, &err), -ENOENT);
	CHECK(!jail);
	CHECK_STR(jail_error_step(err), "exec");
	CHECK_STR(jail_error_place(err), "process.args");
	CHECK(strstr(jail_error_message(err), "/bin/missing: No such file or directory"));
	jail_error_free(err);
	CHECK_INT(jail_open(rt, "broken", &jail, NULL), -ENOENT);
	jail_spec_free(spec);
}

TEST(error_of_an_id_in_use)
{
	struct jail_spec *spec = load("API_PAUSE");
	struct jail *jail = run("API_PAUSE", "one"), *other = NULL;
	struct jail_error *err = NULL;

	CHECK_INT(jail_create(rt, "one", spec, NULL, &other, &err), -EEXIST);
	CHECK_STR(jail_error_message(err), "jail one: container already exists");
	CHECK(!other);
	jail_error_free(err);
	jail_spec_free(spec);
	delete(jail);
}

/* ---- states and waiting ---- */

static void check_status(struct jail *jail, enum jail_status want)
{
	enum jail_status is = 99;

	CHECK_INT(jail_get_status(jail, &is, NULL), 0);
	CHECK_STR(jail_status_name(is), jail_status_name(want));
}

TEST(a_life)
{
	struct jail_spec *spec = load("API_PAUSE");
	struct jail_error *err = NULL;
	struct jail *jail = NULL;
	pid_t *pids = NULL;
	char **ids = NULL;

	CHECK_INT(jail_create(rt, "life", spec, NULL, &jail, &err), 0);
	CHECK(!err);
	jail_spec_free(spec);
	check_status(jail, JAIL_CREATED);
	CHECK_INT(jail_start(jail, NULL), 0);
	check_status(jail, JAIL_RUNNING);
	CHECK_INT(jail_start(jail, NULL), -EBUSY);
	CHECK_INT(jail_delete(jail, 0, NULL), -EBUSY);
	CHECK_INT(jail_pids(jail, &pids, NULL), 1);
	CHECK(pids && pids[0] == jail_pid(jail));
	free(pids);
	CHECK_INT(jail_pause(jail, NULL), 0);
	check_status(jail, JAIL_PAUSED);
	CHECK_INT(jail_resume(jail, NULL), 0);
	check_status(jail, JAIL_RUNNING);
	CHECK_INT(jail_list(rt, &ids, NULL), 1);
	CHECK(ids && ids[0] && !strcmp(ids[0], "life") && !ids[1]);
	free(ids);
	CHECK_INT(jail_kill(jail, SIGKILL, 0, NULL), 0);
	CHECK_INT(jail_wait(jail, &(int){ 0 }, NULL), 0);
	check_status(jail, JAIL_STOPPED);
	CHECK_INT(jail_pid(jail), 0);
	CHECK_INT(jail_kill(jail, SIGTERM, 0, NULL), -ESRCH);
	CHECK_INT(jail_delete(jail, 0, NULL), 0);
	jail_free(jail);
}

TEST(waiting)
{
	struct jail *jail = run("API_PAUSE", "wait"), *other = NULL;
	struct pollfd p = { .fd = jail_pidfd(jail), .events = POLLIN };
	int status = -1;

	CHECK_INT(jail_open(rt, "wait", &other, NULL), 0);
	CHECK_INT(poll(&p, 1, 0), 0);
	CHECK_INT(jail_kill(other, SIGTERM, 0, NULL), 0);
	CHECK_INT(poll(&p, 1, 0), 0);           /* pid 1 has no handler for it, and lives */
	CHECK_INT(jail_kill(other, SIGKILL, 0, NULL), 0);
	CHECK_INT(poll(&p, 1, 5000), 1);
	CHECK_INT(jail_wait(jail, &status, NULL), 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	/* This object has known the process, and can still ask; a new one cannot. */
	CHECK_INT(jail_wait(other, &status, NULL), 0);
	CHECK(status == -1 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
	jail_free(other);
	CHECK_INT(jail_open(rt, "wait", &other, NULL), 0);
	CHECK_INT(jail_wait(other, &status, NULL), -ESRCH);
	jail_free(other);
	delete(jail);
}

TEST(waiting_by_pidfd)
{
	struct jail *jail = run("API_TRUE", "pidfd");
	siginfo_t info = { 0 };

	CHECK_INT(waitid(P_PIDFD, (id_t)jail_pidfd(jail), &info, WEXITED), 0);
	CHECK_INT(info.si_code, CLD_EXITED);
	CHECK_INT(info.si_status, 0);
	delete(jail);
}

TEST(exec_in_a_jail)
{
	static const char *const yes[] = { "/bin/true", NULL }, *const no[] = { "/bin/missing", NULL };
	struct jail_exec_options o = JAIL_INIT(struct jail_exec_options);
	struct jail *jail = run("API_PAUSE", "exec");
	struct jail_process *p = NULL;
	struct jail_error *err = NULL;
	int status = -1;

	o.argv = yes;
	CHECK_INT(jail_exec(jail, &o, &p, &err), 0);
	CHECK(jail_process_pid(p) > 0 && jail_process_pidfd(p) >= 0);
	CHECK_INT(jail_process_wait(p, &status, NULL), 0);
	CHECK_INT(status, 0);
	jail_process_free(p);
	o.argv = no;
	CHECK_INT(jail_exec(jail, &o, &p, &err), -ENOENT);
	CHECK_STR(jail_error_step(err), "exec");
	jail_error_free(err);
	CHECK(waitpid(-1, NULL, WNOHANG) == 0); /* the jail's own first process, alone */
	delete(jail);
}

/* ---- the log ---- */

/* ---- accounting and events ---- */

TEST(statistics)
{
	struct jail *jail = run("API_PAUSE", "api-stats");
	struct jail_stats *stats = NULL;
	char *json = NULL;

	CHECK_INT(jail_get_stats(jail, JAIL_STATS_ALL, &stats, NULL), 0);
	CHECK(stats->size >= sizeof(*stats) && stats->status == JAIL_RUNNING);
	CHECK_INT(stats->pid, jail_pid(jail));
	CHECK(stats->time_ns > 0 && stats->uptime_ns > 0);
	CHECK(stats->parts & JAIL_STATS_CPU && stats->cpu.usage_ns > 0);
	CHECK_INT(stats->pids.current, 1);
	CHECK_INT(jail_stats_json(stats, &json, NULL), 0);
	CHECK(json && json[0] == '{');
	free(json);
	jail_stats_free(stats);

	/* what is not asked for is not there */
	CHECK_INT(jail_get_stats(jail, 0, &stats, NULL), 0);
	CHECK(!stats->parts && !stats->cpu.usage_ns && !stats->n_interfaces);
	CHECK_INT(stats->pid, jail_pid(jail));
	jail_stats_free(stats);
	jail_stats_free(NULL);
	json = NULL;
	CHECK_INT(jail_oom_message(jail, &json), 0);
	CHECK(!json);
	delete(jail);
}

/* Wait for the next event, at most five seconds. */
static bool next_event(struct jail_watch *watch, struct jail_event *e)
{
	struct pollfd p = { .fd = jail_watch_fd(watch), .events = POLLIN };

	while (jail_watch_next(watch, e, NULL) == 0)
		if (poll(&p, 1, 5000) <= 0)
			return false;
	return true;
}

TEST(events)
{
	struct jail *jail = run("API_PAUSE", "api-events");
	struct jail_event e = JAIL_INIT(struct jail_event);
	struct jail_watch *watch = NULL;
	struct pollfd p = { .events = POLLIN };
	int status;

	CHECK_INT(jail_watch_new(jail, &watch, NULL), 0);
	CHECK(next_event(watch, &e) && e.type == JAIL_EVENT_STATE && e.status == JAIL_RUNNING);
	CHECK_INT(jail_watch_next(watch, &e, NULL), 0);
	p.fd = jail_watch_fd(watch);
	CHECK_INT(poll(&p, 1, 50), 0);          /* quiet, so not busy */
	CHECK_INT(jail_pause(jail, NULL), 0);
	CHECK(next_event(watch, &e) && e.type == JAIL_EVENT_STATE && e.status == JAIL_PAUSED);
	CHECK_INT(jail_resume(jail, NULL), 0);
	CHECK(next_event(watch, &e) && e.status == JAIL_RUNNING);
	CHECK_INT(jail_kill(jail, SIGKILL, 0, NULL), 0);
	CHECK(next_event(watch, &e) && e.status == JAIL_STOPPED);
	CHECK_INT(jail_watch_next(watch, &e, NULL), 0);
	CHECK_INT(poll(&p, 1, 50), 0);
	jail_watch_free(watch);
	jail_watch_free(NULL);
	CHECK_INT(jail_wait(jail, &status, NULL), 0);
	watch = NULL;
	CHECK_INT(jail_watch_new(jail, &watch, NULL), -ESRCH);
	CHECK(!watch);
	delete(jail);
}

TEST(warnings_are_told)
{
	struct jail *jail = run("API_HOOK", "hook");
	int before = logs;

	CHECK_INT(jail_wait(jail, &(int){ 0 }, NULL), 0);
	CHECK_INT(jail_delete(jail, 0, NULL), 0);
	jail_free(jail);
	CHECK_INT(logs, before + 1);
	CHECK(strstr(last_log, "hooks.poststop[0]: ") == last_log);
	CHECK(strstr(last_log, "ended with status 1"));
}

/* ---- documents ---- */

TEST(words_and_documents)
{
	char *text = NULL;

	CHECK_INT(jail_signal_number("KILL"), SIGKILL);
	CHECK_INT(jail_signal_number("SIGTERM"), SIGTERM);
	CHECK_INT(jail_signal_number("9"), 9);
	CHECK_INT(jail_signal_number("NOSUCH"), -EINVAL);
	CHECK(jail_words("capabilities") && jail_words("namespaces")[0] && !jail_words("nothing"));
	CHECK_INT(jail_features_json(&text, NULL), 0);
	CHECK(text && strstr(text, "\"ociVersionMax\""));
	free(text);
	CHECK_INT(jail_spec_template(true, &text, NULL), 0);
	free(text);
	CHECK(strlen(jail_version()) >= 5);
}
