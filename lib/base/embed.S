/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * embed.S - files carried inside the library
 *
 * Each is NAME[], NAME_end[]; see embed.h.
 */
.macro embed name, file
	.global \name
	.global \name\()_end
	.hidden \name
	.hidden \name\()_end
	.balign 16
\name:
	.incbin "\file"
\name\()_end:
	.byte 0
.endm

	.section .rodata, "a"
	embed embed_init, EMBED_INIT
	embed embed_spec, "config/spec/default.json"
	embed embed_seccomp, "config/seccomp/default.json"
	embed embed_system, "config/spec/system.json"
	embed embed_network, "config/net/jail0.json"
	embed embed_rules, "config/net/jail.nft"
	embed embed_seccomp_system, "config/seccomp/system.json"

	.section .note.GNU-stack, "", @progbits
#if defined(__x86_64__)
	.section .note.gnu.property, "a"
	.balign 8
	.long 4, 16, 5
	.asciz "GNU"
	.long 0xc0000002, 4, 3, 0
#endif
