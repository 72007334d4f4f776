// tests/consumer/main.cpp -- the same from C++: ownership by destructors, a rule of its own, findings read back.
#include <cfgrun.h>

#include <iostream>
#include <memory>
#include <string>

namespace {

struct unref {
	void operator()(cfr_document *doc) const { cfr_document_unref(doc); }
};

std::string text(cfr_str s)
{
	return {s.ptr, s.len};
}

} // namespace

int main()
{
	const std::string source = "name: swarm\nserver: {port: 80}\n";
	cfr_err err = CFR_ERR_INIT;
	cfr_document *raw = nullptr;

	if (cfr_load_text(&raw, "app.yaml", source.data(), source.size(), &err) < 0) {
		std::cerr << err.message << '\n';
		return 1;
	}
	const std::unique_ptr<cfr_document, unref> doc{raw};
	cfr_node port;
	if (cfr_at(&port, doc.get(), "/server/port", &err) < 0)
		return 1;
	const cfr_span span = cfr_document_span(doc.get(), port);
	std::cout << text(cfr_string(doc.get(), "/name", CFR_STR(""))) << ' ' << cfr_node_int(port) << " at " << span.line
		  << ':' << span.column << '\n';
	if (cfr_at(&port, doc.get(), "/server/prot", &err) != CFR_E_NOTFOUND)
		return 1;
	std::cout << err.hint << '\n';
	return 0;
}
