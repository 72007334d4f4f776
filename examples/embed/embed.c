/* examples/embed/embed.c -- cfgrun inside a program.
 *
 * Loads a file, reads typed values, checks it with a pack and with a rule written in C, and prints what was found.
 *
 *	embed FILE POLICY...
 */
#include <cfgrun.h>

#include <stdio.h>

static int fail(const char *what, const cfr_err *err)
{
	fprintf(stderr, "%s: %s", what, err->message);
	if (err->file[0])
		fprintf(stderr, " (%s:%u:%u)", err->file, err->line, err->column);
	fprintf(stderr, "%s%s\n", err->hint[0] ? "; " : "", err->hint);
	return 2;
}

/* A rule in C: like one in Lua, it is called for each selected place. */
static int check_port(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	cfr_claim claim = { .at = selected, .message = CFR_STR("a port below 1024 needs privileges") };

	(void)arg;
	if (cfr_node_int(selected) >= 1024)
		return 0;
	return cfr_report_add(report, job, &claim, err);
}

static int add_port_rule(cfr_check *check, cfr_err *err)
{
	cfr_limits limits;
	cfr_query *select;
	int r;

	cfr_limits_default(&limits);
	if ((r = cfr_query_new(&select, CFR_STR("$..port"), &limits, err)) < 0)
		return r;
	cfr_rule rule = {
		.name = CFR_STR("unprivileged-port"),
		.pack = CFR_STR("embed"),
		.title = CFR_STR("Ports need no privileges"),
		.why = CFR_STR("A server that must start as root is a larger target."),
		.severity = CFR_WARNING,
		.enabled = true,
		.select = select,
		.expect = 1u << CFR_INT,
		.file = CFR_STR(__FILE__),
		.line = __LINE__,
		.fn = check_port,
	};
	r = cfr_check_add_rule(check, &rule, err);
	if (r < 0)
		cfr_query_free(select);		/* taken only on success */
	return r;
}

static int print_findings(const cfr_outcome *outcome)
{
	for (uint32_t i = 0; i < outcome->finding_count; i++) {
		const cfr_finding *f = &outcome->findings[i];
		printf("%.*s:%u:%u: %s: %.*s [%.*s]\n", (int)f->file.len, f->file.ptr, f->span.line, f->span.column,
		       cfr_severity_name(f->severity), (int)f->message.len, f->message.ptr, (int)f->rule.len, f->rule.ptr);
	}
	for (uint32_t i = 0; i < outcome->failure_count; i++)
		printf("failure: %s\n", outcome->failures[i].err.message);
	return outcome->failure_count ? 2 : outcome->counts.open[CFR_ERROR] ? 1 : 0;
}

int main(int argc, char **argv)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_document *config = NULL;
	cfr_check *check = NULL;
	int status;

	if (argc < 2) {
		fprintf(stderr, "usage: embed FILE POLICY...\n");
		return 2;
	}
	if (cfr_load(&config, argv[1], &err) < 0)
		return fail("load", &err);
	printf("host %.*s, port %lld, %u sections\n", (int)cfr_string(config, "/server/host", CFR_STR("localhost")).len,
	       cfr_string(config, "/server/host", CFR_STR("localhost")).ptr,
	       (long long)cfr_int(config, "/server/port", 8000),
	       cfr_node_size(cfr_tree_root(cfr_document_tree(config))));

	status = 2;
	if (cfr_checker_new(&check, NULL, &err) < 0 || add_port_rule(check, &err) < 0)
		goto failed;
	for (int i = 2; i < argc; i++) {
		if (cfr_checker_add_policy(check, argv[i], &err) < 0)
			goto failed;
	}
	cfr_str name = { argv[1], 0 };
	while (argv[1][name.len])
		name.len++;
	if (cfr_check_add_file(check, name, name, &err) < 0 || cfr_check_run(check, &err) < 0)
		goto failed;
	status = print_findings(cfr_check_outcome(check));
	goto done;
failed:
	status = fail("check", &err);
done:
	cfr_check_free(check);
	cfr_document_unref(config);
	return status;
}
