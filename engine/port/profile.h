/* engine/port/profile.h -- who is told what took how long.
 *
 * Work that is worth measuring is wrapped: `begin = cfr_profile_now(p)` before, cfr_profile_span after. With no profile,
 * which is the ordinary case, both cost a comparison and no clock is read. engine/trace.h keeps what is told.
 *
 * Spans of one thread lie within each other or apart; they are told when they end, so the inner ones first.
 *
 * Threads. `span` and `count` are called on whatever thread did the work.
 */
#ifndef CFR_PORT_PROFILE_H
#define CFR_PORT_PROFILE_H

#include "engine/common.h"

CFR_BEGIN_DECLS

typedef struct cfr_profile {
	uint64_t (*now)(void *arg);	/* nanoseconds of a clock that only goes forward */
	/* `phase` and `unit` are literals. phase: "read" "hash" "cache" "scan" "parse" "compose" "rule" "write" …; detail: the
	 * file, section or rule; amount: what was worked through, in units ("bytes", "places"; NULL for none). */
	void (*span)(void *arg, const char *phase, cfr_str detail, uint64_t begin, uint64_t end, uint64_t amount, const char *unit);
	void *arg;
	/* Something of which there are some and which takes no time of its own: the "findings" of a rule. May be NULL. */
	void (*count)(void *arg, const char *phase, cfr_str detail, uint64_t amount, const char *unit);
} cfr_profile;

static inline uint64_t cfr_profile_now(const cfr_profile *profile)
{
	return profile ? profile->now(profile->arg) : 0;
}

static inline void cfr_profile_span(const cfr_profile *profile, const char *phase, cfr_str detail, uint64_t begin,
                                    uint64_t amount, const char *unit)
{
	if (profile)
		profile->span(profile->arg, phase, detail, begin, profile->now(profile->arg), amount, unit);
}

static inline void cfr_profile_count(const cfr_profile *profile, const char *phase, cfr_str detail, uint64_t amount,
                                     const char *unit)
{
	if (profile && profile->count)
		profile->count(profile->arg, phase, detail, amount, unit);
}

CFR_END_DECLS
#endif
