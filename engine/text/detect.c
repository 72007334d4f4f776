/* engine/text/detect.c -- which reader a source goes to, and what is refused before any reader sees it.
 *
 * Which format it is, where nobody said, guess.c knows. All are read as UTF-8; other encodings are recognised and
 * refused with the command that converts them, since offsets, lines and columns of a converted copy would not be those
 * of the author's file.
 */
#include "engine/base/utf8.h"
#include "engine/text/read.h"

/* ---- encoding ---- */

/* The name of an encoding that is not UTF-8, by its mark or by its zero bytes; NULL when it may be UTF-8. */
static const char *foreign_encoding(cfr_str text)
{
	const unsigned char *b = (const unsigned char *)text.ptr;

	if (text.len >= 4 && b[0] == 0xFF && b[1] == 0xFE && b[2] == 0 && b[3] == 0)
		return "UTF-32LE";
	if (text.len >= 4 && b[0] == 0 && b[1] == 0 && b[2] == 0xFE && b[3] == 0xFF)
		return "UTF-32BE";
	if (text.len >= 2 && b[0] == 0xFF && b[1] == 0xFE)
		return "UTF-16LE";
	if (text.len >= 2 && b[0] == 0xFE && b[1] == 0xFF)
		return "UTF-16BE";
	if (text.len >= 4 && b[0] && !b[1] && b[2] && !b[3])
		return "UTF-16LE";
	if (text.len >= 4 && !b[0] && b[1] && !b[2] && b[3])
		return "UTF-16BE";
	if (text.len >= 4 && b[0] && !b[1] && !b[2] && !b[3])
		return "UTF-32LE";
	if (text.len >= 4 && !b[0] && !b[1] && !b[2] && b[3])
		return "UTF-32BE";
	return NULL;
}

static int check_encoding(const cfr_source *source, cfr_err *err)
{
	cfr_str text = cfr_source_bytes(source);
	const char *name = text.len ? foreign_encoding(text) : NULL;
	size_t at;

	if (name) {
		cfr_err_set(err, CFR_E_ENCODING, "the text is %s; only UTF-8 is read", name);
		cfr_err_hint(err, "convert it: iconv -f %s -t UTF-8", name);
		return cfr__fail_at(err, source, 0, CFR_E_ENCODING);
	}
	at = text.len ? cfr_utf8_valid(text.ptr, text.len) : 0;
	if (at == text.len)
		return 0;
	cfr_err_set(err, CFR_E_ENCODING, "the byte 0x%02X is not valid UTF-8", (unsigned)(unsigned char)text.ptr[at]);
	cfr_err_hint(err, text.len - at < 4
	             ? "is the file cut off inside a character? If not, convert it to UTF-8"
	             : "save the file as UTF-8; old files may be Latin-1: iconv -f LATIN1 -t UTF-8");
	return cfr__fail_at(err, source, at, CFR_E_ENCODING);
}

int cfr_text_read(cfr_documents *out, const cfr_source *source, cfr_format format, const cfr_limits *limits,
                  cfr_err *err)
{
	cfr_documents docs = { NULL, 0 };
	cfr_limits defaults;
	cfr_err local = CFR_ERR_INIT;	/* the readers look at what is set already */
	int rc = check_encoding(source, &local);

	if (rc)
		goto done;
	if (!limits) {
		cfr_limits_default(&defaults);
		limits = &defaults;
	}
	if (format == CFR_FORMAT_NONE)
		format = cfr_text_format(cfr_source_name(source), cfr_source_bytes(source));
	switch (format) {
	case CFR_JSON:
	case CFR_JSONC:
	case CFR_JSONL:
		rc = cfr__json_read(&docs, source, format, limits, &local);
		break;
	case CFR_TOML:
		rc = cfr__toml_read(&docs, source, limits, &local);
		break;
	case CFR_DOTENV:
		rc = cfr__dotenv_read(&docs, source, limits, &local);
		break;
	case CFR_PROPERTIES:
		rc = cfr__properties_read(&docs, source, limits, &local);
		break;
	default:
		rc = cfr__yaml_read(&docs, source, limits, &local);
	}
done:
	if (rc) {
		cfr_documents_release(&docs);
		if (err)
			*err = local;
		return rc;
	}
	*out = docs;
	return 0;
}
