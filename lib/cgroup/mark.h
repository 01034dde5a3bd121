/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mark.h - how a directory above a jail's cgroup is known to be ours
 */
#pragma once

#define CGROUP_MARK "user.jail.made"
