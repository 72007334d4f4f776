/* examples/config/config.c -- a program's configuration: opened lazily, with a loading plan, reloaded when it changed.
 *
 * Opens a file, asks for what it needs, tells what that saved, and learns for the next start. With a second argument it
 * reads and writes the plan there.
 *
 *	config FILE [PLAN]
 */
#include <cfgrun.h>

#include <stdio.h>

static int fail(const char *what, const cfr_err *err)
{
	fprintf(stderr, "%s: %s", what, err->message);
	if (err->line)
		fprintf(stderr, " (%s:%u:%u)", err->file, err->line, err->column);
	fprintf(stderr, "%s%s\n", err->hint[0] ? "; " : "", err->hint);
	return 2;
}

static void print_usage(cfr_config *config)
{
	cfr_usage sections[16];
	cfr_saving saved;
	uint32_t count = cfr_config_usage(config, sections, 16);

	for (uint32_t i = 0; i < count && i < 16; i++)
		printf("%.*s: asked %llu times, %llu bytes\n", (int)sections[i].section.len, sections[i].section.ptr,
		       (unsigned long long)sections[i].asked, (unsigned long long)sections[i].bytes);
	cfr_config_saved(&saved, config);
	printf("left alone: %llu bytes\n", (unsigned long long)saved.bytes);
}

int main(int argc, char **argv)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_plan *plan = NULL, *learned = NULL;
	cfr_config *config = NULL, *now = NULL;
	cfr_config_options options = { .workers = 1 };
	cfr_preload ahead;
	int status = 2;

	if (argc < 2) {
		fprintf(stderr, "usage: config FILE [PLAN]\n");
		return 2;
	}
	/* The first time there is no plan. */
	if (argc > 2 && cfr_plan_read(&plan, argv[2], NULL) == 0)
		options.plan = plan;
	if (cfr_config_open(&config, argv[1], &options, &err) < 0)
		goto failed;
	if (plan && cfr_config_preloaded(&ahead, config, true))
		printf("read ahead: %u sections, %u failed\n", ahead.sections, ahead.failed);

	cfr_str host = cfr_config_string(config, "/server/host", CFR_STR("localhost"));
	printf("host %.*s, port %lld\n", (int)host.len, host.ptr, (long long)cfr_config_int(config, "/server/port", 8000));

	/* A server does this when it is told to, or once in a while: it costs a look at the files' times. */
	if (cfr_config_again(&now, config, &err) < 0)
		goto failed;
	printf("%s\n", now == config ? "unchanged" : "changed");
	print_usage(now);

	if (argc > 2 && (cfr_config_plan(&learned, now, plan, &err) < 0 || cfr_plan_write(learned, argv[2], &err) < 0))
		goto failed;
	status = 0;
	goto done;
failed:
	status = fail("config", &err);
done:
	cfr_plan_free(learned);
	cfr_plan_free(plan);
	cfr_config_unref(now);
	cfr_config_unref(config);
	return status;
}
