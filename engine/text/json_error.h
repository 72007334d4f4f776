/* engine/text/json_error.h -- what the JSON reader missed, for json.c and json_error.c. */
#ifndef CFR_TEXT_JSON_ERROR_H
#define CFR_TEXT_JSON_ERROR_H

#include "engine/text/read.h"

enum cfr__json_wanted {
	CFR__JSON_VALUE,
	CFR__JSON_KEY,
	CFR__JSON_COLON,
	CFR__JSON_BRACE,		/* a comma or the closing brace */
	CFR__JSON_BRACKET,
	CFR__JSON_END,			/* nothing more */
	CFR__JSON_CLOSE_STRING,
	CFR__JSON_CLOSE_COMMENT,
	CFR__JSON_CONTROL,		/* no control character in a string */
	CFR__JSON_ESCAPE,
	CFR__JSON_SURROGATE,
	CFR__JSON_NUMBER,
	CFR__JSON_FLOAT_RANGE,
	CFR__JSON_INT_RANGE
};

/* Sets the error for what stands at `at` where `wanted` should; returns its code. */
int cfr__json_error(cfr_err *err, const cfr_source *source, size_t at, enum cfr__json_wanted wanted,
                    cfr_format format);

#endif
