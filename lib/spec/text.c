/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - JSON text to jansson values and back
 *
 * jansson keeps integers in 64 signed bits and refuses larger ones; the specification has unsigned
 * ones (rlimits, seccomp arguments).  When jansson meets such a number, the text is parsed once
 * more with each integer outside int64_t rewritten as the string "\u0000DIGITS".  Strings of the
 * document cannot hold a NUL, so the two are never mistaken; value.c and text_print() undo it.
 */
#include "spec/text.h"

#include <string.h>

static const char BIG_MARK[] = "\"\\u0000";     /* how a widened integer looks in JSON text */

/* ---- where, and what ---- */

static int text_fail(struct err *err, const char *text, size_t pos, const char *what)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < pos; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return err_spec(err, "", "line %zu, column %zu: %s", line, column, what);
}

static const char *fault_text(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_invalid_utf8:
		return "not valid UTF-8";
	case json_error_premature_end_of_input:
		return "the JSON text ends too early";
	case json_error_end_of_input_expected:
		return "something follows the end of the JSON object";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "strings must not hold a NUL (\\u0000)";
	case json_error_numeric_overflow:
		return "number out of range";
	default:
		return e->text;
	}
}

/* ---- integers beyond int64_t ---- */

static bool fits_int64(const char *digits, size_t n, bool negative)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (unsigned)(digits[i] - '0'), &v))
			return false;
	return v <= (uint64_t)INT64_MAX + negative;
}

/* Length of the JSON string that starts at text[i]; *ret_nul: it holds an escaped NUL. */
static size_t string_len(const char *text, size_t len, size_t i, bool *ret_nul)
{
	size_t start = i++;

	*ret_nul = false;
	while (i < len && text[i] != '"') {
		if (text[i] == '\\' && len - i >= 6 && !memcmp(text + i + 1, "u0000", 5))
			*ret_nul = true;
		i += text[i] == '\\' ? 2 : 1;
	}
	return MIN(i + 1, len) - start;
}

static void widen_number(struct buf *out, const char *token, size_t n)
{
	bool negative = token[0] == '-';
	const char *digits = token + negative;
	size_t digits_n = n - negative;
	bool integer = digits_n && digits[0] != '0' && !memchr(token, '.', n) &&
		       !memchr(token, 'e', n) && !memchr(token, 'E', n) &&
		       !memchr(digits, '-', digits_n) && !memchr(digits, '+', digits_n);

	if (!integer || fits_int64(digits, digits_n, negative)) {
		buf_put(out, token, n);
		return;
	}
	buf_put(out, BIG_MARK, strlen(BIG_MARK));
	buf_put(out, token, n);
	buf_put(out, "\"", 1);
}

static int text_widen(const char *text, size_t len, struct buf *out, struct err *err)
{
	for (size_t i = 0, n; i < len; i += n) {
		bool nul = false;

		n = 1;
		if (text[i] == '"') {
			n = string_len(text, len, i, &nul);
			buf_put(out, text + i, n);
		} else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
			while (i + n < len && text[i + n] && strchr("0123456789+-.eE", text[i + n]))
				n++;
			widen_number(out, text + i, n);
		} else {
			buf_put(out, text + i, 1);
		}
		if (nul)
			return text_fail(err, text, i, "strings must not hold a NUL (\\u0000)");
	}
	return out->text ? 0 : err_nomem(err);
}

/* A position in the widened text as one in the document's own. */
static size_t narrow_position(const char *wide, size_t pos)
{
	size_t shift = 0, mark = strlen(BIG_MARK);

	for (const char *p = wide; p && (p = strstr(p, BIG_MARK)) && p < wide + pos; p += mark)
		shift += mark + 1;
	return pos > shift ? pos - shift : 0;
}

static int parse_wide(const char *text, size_t len, json_t **ret, struct err *err)
{
	buf_auto wide = { 0 };
	json_error_t e;
	int r = text_widen(text, len, &wide, err);

	if (r < 0)
		return r;
	*ret = json_loadb(wide.text, wide.len,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	if (!*ret)
		return text_fail(err, text, MIN(len, narrow_position(wide.text, (size_t)e.position)),
				 fault_text(&e));
	return 0;
}

/* ---- in and out ---- */

static int check_bytes(const char *text, size_t len, struct err *err)
{
	const char *nul = len ? memchr(text, '\0', len) : NULL;

	if (len > TEXT_MAX)
		return err_spec(err, "", "is larger than %zu MiB", TEXT_MAX >> 20);
	if (nul)
		return text_fail(err, text, (size_t)(nul - text), "a NUL byte");
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return text_fail(err, text, 0, "a byte order mark; save the file without one");
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]))
			return 0;
	return err_spec(err, "", "is empty");
}

int text_parse(const char *text, size_t len, json_t **ret, struct err *err)
{
	json_auto *doc = NULL;
	json_error_t e;
	int r = check_bytes(text, len, err);

	if (r < 0)
		return r;
	doc = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (!doc && json_error_code(&e) == json_error_numeric_overflow) {
		r = parse_wide(text, len, &doc, err);
		if (r < 0)
			return r;
	}
	if (!doc && json_error_code(&e) == json_error_out_of_memory)
		return err_nomem(err);
	if (!doc)
		return text_fail(err, text, MIN(len, (size_t)e.position), fault_text(&e));
	if (!json_is_object(doc))
		return err_spec(err, "", "must be a JSON object in braces");
	*ret = mem_take(&doc);
	return 0;
}

int text_print(const json_t *v, char **ret, struct err *err)
{
	mem_auto char *text = json_dumps(v, JSON_INDENT(2));
	buf_auto out = { 0 };
	char *from = text;

	if (!text)
		return err_nomem(err);
	for (char *mark; (mark = strstr(from, BIG_MARK));) {
		char *digits = mark + strlen(BIG_MARK), *end = strchr(digits, '"');

		buf_put(&out, from, (size_t)(mark - from));
		buf_put(&out, digits, (size_t)(end - digits));
		from = end + 1;
	}
	buf_put(&out, from, strlen(from));
	buf_put(&out, "\n", 1);
	if (out.failed)
		return err_nomem(err);
	*ret = mem_take(&out.text);
	return 0;
}

/* Length of a well-formed UTF-8 character that is not a control, 0 if there is none. */
static size_t printable_len(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	size_t n = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;

	if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0))
		return 0;
	if ((c[0] & 0xc0) == 0x80 || c[0] == 0xc0 || c[0] == 0xc1 || c[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void clean(char *s)
{
	while (*s) {
		size_t n = printable_len(s);

		if (!n)
			*s = '?';
		s += n ? n : 1;
	}
}

void text_clean_err(struct err *err)
{
	if (err) {
		clean(err->place);
		clean(err->text);
	}
}
