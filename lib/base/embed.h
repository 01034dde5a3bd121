/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * embed.h - files carried inside the library: a NUL stands at each end symbol
 */
#pragma once

extern const char embed_init[], embed_init_end[];         /* the jail-init executable */
extern const char embed_spec[], embed_spec_end[];         /* config/spec/default.json */
extern const char embed_seccomp[], embed_seccomp_end[];   /* config/seccomp/default.json */
extern const char embed_system[], embed_system_end[];     /* config/spec/system.json */
extern const char embed_seccomp_system[], embed_seccomp_system_end[];  /* …/seccomp/system.json */
extern const char embed_network[], embed_network_end[];   /* config/net/jail0.json */
extern const char embed_rules[], embed_rules_end[];       /* config/net/jail.nft */
