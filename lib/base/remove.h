/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remove.h - removing a directory and whatever is in it
 */
#pragma once

/*
 * Remove @name below @dir_fd: what is in it may have been made by somebody hostile who is gone by now.
 * No link is followed, depth costs neither stack nor descriptors, and nothing mounted there is entered: that
 * is -EBUSY or -EXDEV.  Returns 0 or -errno; -ENOENT when there is no such directory.
 */
int dir_remove_at(int dir_fd, const char *name);
